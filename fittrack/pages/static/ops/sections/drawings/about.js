/** A drawing and its prizes, as `parts/others.js` tells things apart. */
export const aboutOf = ({ drawing_id: id, prizes = [] }) => ({ type: "drawing", id, also: prizes.map((prize) => prize.prize_id) });
