import { count } from "/pages/lib/format.js";

/** A drawing and its prizes, as `parts/others.js` tells things apart. */
export const aboutOf = ({ drawing_id: id, prizes = [] }) => ({ type: "drawing", id, also: prizes.map((prize) => prize.prize_id) });

/** For whom a drawing is. */
export const audience = ({ user_type: kind, min_account_age_days: days }) =>
  `${kind === "premium" ? "premium players" : "all players"}, with an account of ${count(days, "day")} or more`;
