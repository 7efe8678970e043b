/** What is known of a drawing, from answers and events that may overtake each other. */

/** A drawing only ever goes on. */
const ORDER = { draft: 0, scheduled: 1, open: 2, closed: 3, completed: 4, cancelled: 4 };

/** Whether `changes` tell of a state that the drawing has left already: an answer may be ahead of the events. */
export const isOutdated = (known, changes) => ORDER[changes.status] < ORDER[known?.status];
