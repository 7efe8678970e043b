/** Statuses of all kinds of things as coloured words. */

import { html } from "/pages/lib/base.js";
import { words } from "/pages/lib/format.js";

const KINDS = {
  active: "good",
  delivered: "good",
  cleared: "good",
  open: "gold",
  pending: "gold",
  winner_notified: "gold",
  address_invalid: "bad",
  suspended: "bad",
  banned: "bad",
  forfeited: "bad",
  failed: "bad",
  failing: "gold",
  disabled: "bad",
  confirmed: "bad",
};

/** Status as a coloured word. */
export function Status({ value }) {
  const kind = KINDS[value] ?? "";
  return html`<span class="tag ${kind}">${words(value)}</span>`;
}
