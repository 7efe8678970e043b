/** The prizes of a drawing: what there is, and adding, changing and removing while that is allowed. */

import { html, useState } from "/pages/lib/base.js";
import { number } from "/pages/lib/format.js";
import { Nothing, Trouble, Waiting, useLoaded } from "/pages/lib/ui.js";
import { useOps, useRounds } from "../../context.js";
import { Confirm } from "../../parts/form.js";
import { PrizeDialog, PrizeLine } from "../../parts/prizes.js";

const LISTED_MAX = 100;

/** The prize, to those who have its drawing open. */
const aboutPrize = (drawingId, prize) => ({ type: "drawing", id: drawingId, also: prize ? [prize.prize_id] : [] });

export function Prizes({ drawing }) {
  const { api } = useOps();
  const [open, setOpen] = useState(null);
  const { drawing_id: id, status } = drawing;
  const round = useRounds("drawing", "prize", "user"); // what happens to a winner's prize is on record with the winner
  const { data, problem, reload } = useLoaded(() => api.get("prizes", { drawing_id: id, limit: LISTED_MAX }), [id, status, round]);
  const loose = status === "draft" || status === "scheduled";
  const close = () => setOpen(null);
  const guarded = { headers: { "If-Match": open?.etag } };
  const add = (body) => api.post("prizes", { ...body, drawing_id: id }).then(reload);
  const edit = (body) => api.patch(`prizes/${open.prize.prize_id}`, body, guarded).then(reload);
  const remove = () => api.delete(`prizes/${open.prize.prize_id}`, guarded).then(reload);
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
        ({ prize, etag, sponsor_id, awarded, delivered }) => html`<${PrizeLine} key=${prize.prize_id} prize=${prize} sponsor=${prize.sponsor}
          more=${status === "completed" ? ` · ${number(awarded)} won, ${number(delivered)} delivered` : ""}
          onEdit=${loose && (() => setOpen({ what: "edit", prize: { ...prize, sponsor_id }, etag }))}
          onRemove=${() => setOpen({ what: "remove", prize, etag })} />`,
      )}
    </ul>
    ${open?.what === "remove" &&
    html`<${Confirm} title="Remove a prize" about=${aboutPrize(id, open.prize)} submit="Remove" danger onClose=${close} onConfirm=${remove}>
      <p>${open.prize.name} will no longer be a prize of this drawing.</p>
    <//>`}
    ${(open?.what === "add" || open?.what === "edit") &&
    html`<${PrizeDialog} schema=${open.prize ? "PrizePatch" : "NewPrize"} prize=${open.prize} nextRank=${listed.length + 1} about=${aboutPrize(id, open.prize)}
      onSend=${open.prize ? edit : add} onClose=${close} />`}
  </section>`;
}
