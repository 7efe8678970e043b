/** The prizes of a drawing: what there is, and adding, changing and removing while that is allowed. */

import { html, useState } from "/pages/lib/base.js";
import { exactMoney, number } from "/pages/lib/format.js";
import { Nothing, Trouble, Waiting, useLoaded } from "/pages/lib/ui.js";
import { useOps, useRounds } from "../../context.js";
import { AboutDialog, Confirm } from "../../parts/form.js";
import { SchemaForm } from "../../parts/schema_form.js";

const LISTED_MAX = 100;

/** The prize, to those who have its drawing open. */
const aboutPrize = (drawingId, prize) => ({ type: "drawing", id: drawingId, also: [prize.prize_id] });

const fieldsWith = (sponsors) => [
  { name: "rank", label: "Rank" },
  { name: "name", label: "Name" },
  { name: "value_usd", label: "Value in US dollars", hint: "Such as 50.00" },
  { name: "quantity", label: "How many" },
  { name: "fulfillment_type", label: "Delivery" },
  { name: "sponsor_id", label: "Sponsor", options: sponsors.map((sponsor) => [sponsor.sponsor_id, sponsor.name]) },
  { name: "description", label: "Description" },
];

export function Prizes({ drawing }) {
  const { api } = useOps();
  const [open, setOpen] = useState(null);
  const { drawing_id: id, status } = drawing;
  const round = useRounds("drawing", "prize", "user"); // what happens to a winner's prize is on record with the winner
  const { data, problem, reload } = useLoaded(() => api.get("prizes", { drawing_id: id, limit: LISTED_MAX }), [id, status, round]);
  const loose = status === "draft" || status === "scheduled";
  const close = () => setOpen(null);
  const done = () => {
    close();
    reload();
  };
  const listed = [...(data?.items ?? [])].sort((a, b) => a.prize.rank - b.prize.rank);
  return html`<section class="card stack tight" aria-labelledby="prizes-title">
    <div class="row between">
      <h2 id="prizes-title">Prizes</h2>
      ${loose && html`<button type="button" class="button small" onClick=${() => setOpen({ what: "add" })}>Add a prize</button>`}
    </div>
    <${Trouble} problem=${problem} retry=${reload} />
    ${!data && !problem && html`<${Waiting} />`}
    ${data && listed.length === 0 && html`<${Nothing} title="No prizes yet">A drawing is scheduled with one prize or more.<//>`}
    <ul class="lines">
      ${listed.map(
        ({ prize, etag, sponsor_id, awarded, delivered }) => html`<li key=${prize.prize_id}>
          <span><span class="strong">${prize.rank}. ${prize.quantity > 1 ? `${number(prize.quantity)} × ` : ""}${prize.name}</span>
            <span class="small soft">${exactMoney(prize.value_usd)} · ${prize.fulfillment_type}${prize.sponsor ? ` · ${prize.sponsor}` : ""}${status === "completed" ? ` · ${number(awarded)} won, ${number(delivered)} delivered` : ""}</span></span>
          ${loose &&
          html`<span class="row tight">
            <button type="button" class="button small" aria-label="Edit ${prize.name}" onClick=${() => setOpen({ what: "edit", prize: { ...prize, sponsor_id }, etag })}>Edit</button>
            <button type="button" class="button small danger" aria-label="Remove ${prize.name}" onClick=${() => setOpen({ what: "remove", prize, etag })}>Remove</button>
          </span>`}
        </li>`,
      )}
    </ul>
    ${open?.what === "remove" &&
    html`<${Confirm} title="Remove a prize" about=${aboutPrize(id, open.prize)} submit="Remove" danger onClose=${close}
      onConfirm=${() => api.delete(`prizes/${open.prize.prize_id}`, { headers: { "If-Match": open.etag } }).then(reload)}><p>${open.prize.name} will no longer be a prize of this drawing.</p><//>`}
    ${(open?.what === "add" || open?.what === "edit") && html`<${PrizeDialog} drawingId=${id} ...${open} nextRank=${listed.length + 1} onDone=${done} onClose=${close} />`}
  </section>`;
}

function PrizeDialog({ drawingId, what, prize, etag, nextRank, onDone, onClose }) {
  const { api } = useOps();
  const { data: sponsors, problem } = useLoaded(() => api.get("sponsors", { limit: LISTED_MAX }));
  const isNew = what === "add";
  const send = async (body) => {
    if (isNew) await api.post("prizes", { ...body, drawing_id: drawingId });
    else await api.patch(`prizes/${prize.prize_id}`, body, { headers: { "If-Match": etag } });
    onDone();
  };
  return html`<${AboutDialog} about=${isNew ? { type: "drawing", id: drawingId } : aboutPrize(drawingId, prize)} title=${isNew ? "Add a prize" : "Edit a prize"} onClose=${onClose} wide>
    <${Trouble} problem=${problem} />
    ${!sponsors && !problem && html`<${Waiting} lines=${5} />`}
    ${sponsors &&
    html`<${SchemaForm} schema=${isNew ? "NewPrize" : "PrizePatch"} fields=${fieldsWith(sponsors.items)} initial=${prize} start=${isNew ? { rank: nextRank } : undefined}
      submit=${isNew ? "Add" : "Save"} onSend=${send} />`}
  <//>`;
}
