/** The icons of the player's page. */

import { html } from "/pages/lib/base.js";
import { LineIcon } from "/pages/lib/icon.js";

const PATHS = {
  today: "M3 12h4l3-8 4 16 3-8h4",
  drawings: "M4 7h16v4a2 2 0 0 0 0 4v4H4v-4a2 2 0 0 0 0-4zM14 7v12",
  boards: "M5 20v-8h4v8M10 20V5h4v15M15 20v-5h4v5",
  inbox: "M4 13l2-8h12l2 8v6H4zM4 13h5a3 3 0 0 0 6 0h5",
  me: "M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4 21c0-4 4-6 8-6s8 2 8 6",
  flame: "M12 3c1 4 5 5 5 10a5 5 0 0 1-10 0c0-2 1-3 2-4 0 2 1 3 2 3 1-3-1-5 1-9z",
};

export const Icon = ({ name }) => html`<${LineIcon} path=${PATHS[name]} />`;
