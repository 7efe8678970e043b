/** What is asked of a drawing, and of a template that makes drawings. */

const USUAL_IF_EMPTY = "Empty: what is usual for the type";

/** A field of something new: left empty, it is what is usual for the type. */
export const usual = (field) => ({ ...field, hint: USUAL_IF_EMPTY });

/** The same fields of what is there already, where nothing is left empty. */
export const edited = (fields) => fields.map(({ hint, ...field }) => (hint === USUAL_IF_EMPTY ? field : { ...field, hint }));

export const KIND = { name: "drawing_type", label: "Type" };
export const COST = usual({ name: "ticket_cost_points", label: "Points per ticket" });

export const TAKING_PART = [
  { name: "eligibility.user_type", label: "For", options: [["all", "All players"], ["premium", "Premium players"]] },
  { name: "eligibility.min_account_age_days", label: "Age of the account, in days" },
  { name: "free_tickets_per_person", label: "Free tickets per person" },
  { name: "description", label: "Description" },
  { name: "auto_execute", label: "Draw automatically at its time" },
];

/** What stands in a form for something new. */
export const START = { drawing_type: "daily" };

/** The body of something new: what is left empty is left out. */
export const given = (body) => Object.fromEntries(Object.entries(body).filter(([, value]) => value !== null));
