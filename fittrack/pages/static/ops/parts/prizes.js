/** Prizes of a drawing or of a template: how they are listed, and the dialog that asks for one. */

import { html } from "/pages/lib/base.js";
import { exactMoney, number } from "/pages/lib/format.js";
import { Trouble, Waiting, useLoaded } from "/pages/lib/ui.js";
import { useOps } from "../context.js";
import { AboutDialog } from "./form.js";
import { SchemaForm } from "./schema_form.js";

const SPONSORS_MAX = 100;

const fieldsWith = (sponsors) => [
  { name: "rank", label: "Rank" },
  { name: "name", label: "Name" },
  { name: "value_usd", label: "Value in US dollars", hint: "Such as 50.00" },
  { name: "quantity", label: "How many" },
  { name: "fulfillment_type", label: "Delivery" },
  { name: "sponsor_id", label: "Sponsor", options: sponsors.map((sponsor) => [sponsor.sponsor_id, sponsor.name]) },
  { name: "description", label: "Description" },
];

/** The sponsors who may be chosen: `{data, problem, reload}`. */
export function useSponsors() {
  const { api } = useOps();
  return useLoaded(() => api.get("sponsors", { limit: SPONSORS_MAX }));
}

/** One prize of a list. `sponsor` is a name; with `onEdit` and `onRemove` it can be changed. */
export function PrizeLine({ prize, sponsor, more = "", onEdit, onRemove }) {
  return html`<li>
    <span><span class="strong">${prize.rank}. ${prize.quantity > 1 ? `${number(prize.quantity)} × ` : ""}${prize.name}</span>
      <span class="small soft">${exactMoney(prize.value_usd)} · ${prize.fulfillment_type}${sponsor ? ` · ${sponsor}` : ""}${more}</span></span>
    ${onEdit &&
    html`<span class="row tight">
      <button type="button" class="button small" aria-label="Edit ${prize.name}" onClick=${onEdit}>Edit</button>
      <button type="button" class="button small danger" aria-label="Remove ${prize.name}" onClick=${onRemove}>Remove</button>
    </span>`}
  </li>`;
}

/**
 * Asks for a prize; closes when it is sent.
 *
 * @param {object} props as those of `AboutDialog`, and
 * @param {string} props.schema of the body
 * @param {object} [props.prize] the one to edit
 * @param {number} props.nextRank of a new one
 * @param {(body: object) => Promise<any>} props.onSend
 */
export function PrizeDialog({ schema, prize, nextRank, onSend, onClose, about }) {
  const { data: sponsors, problem, reload } = useSponsors();
  const send = async (body) => {
    await onSend(body);
    onClose();
  };
  return html`<${AboutDialog} about=${about} title=${prize ? "Edit a prize" : "Add a prize"} onClose=${onClose} wide>
    <${Trouble} problem=${problem} retry=${reload} />
    ${!sponsors && !problem && html`<${Waiting} lines=${5} />`}
    ${sponsors &&
    html`<${SchemaForm} schema=${schema} fields=${fieldsWith(sponsors.items)} initial=${prize} start=${prize ? undefined : { rank: nextRank }}
      submit=${prize ? "Save" : "Add"} onSend=${send} />`}
  <//>`;
}
