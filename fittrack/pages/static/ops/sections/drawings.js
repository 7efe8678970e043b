/** Drawings: the board, and below it one drawing, its form, and the draw. */

import { html } from "/pages/lib/base.js";
import { Board } from "./drawings/board.js";
import { Draft, Edit } from "./drawings/edit.js";
import { Detail } from "./drawings/detail.js";

export function Drawings({ path: [id, page] }) {
  if (id === undefined) return html`<${Board} />`;
  if (id === "new") return html`<${Draft} />`;
  return page === "edit" ? html`<${Edit} key=${id} id=${id} />` : html`<${Detail} key=${id} id=${id} />`;
}
