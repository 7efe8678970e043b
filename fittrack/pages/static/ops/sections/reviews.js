/** The review queue: accounts that look odd wait here for a person; their prizes wait with them. */

import { html, useState } from "/pages/lib/base.js";
import { ago, words } from "/pages/lib/format.js";
import { Field } from "/pages/lib/ui.js";
import { useOps, useRounds } from "../context.js";
import { Choice, List, useList } from "../lists.js";
import { AboutDialog, FormDialog } from "../parts/form.js";
import { Visitors } from "../parts/others.js";
import { Status } from "../parts/status.js";

const COLUMNS = [
  { title: "Player", show: (row) => row.display_name ?? row.email },
  { title: "Why", show: (row) => words(row.reason.replaceAll("-", "_")) },
  { title: "Detail", show: (row) => row.detail },
  { title: "Status", show: (row) => html`<${Status} value=${row.status} />${row.appeal_waits ? html` <span class="tag gold">Appeal</span>` : ""} <${Visitors} about=${{ type: "review", id: row.review_id }} />` },
  { title: "Opened", show: (row) => ago(row.opened_at) },
];

export function Reviews() {
  const list = useList("admin/reviews", { status: "open" }, useRounds("user"));
  const [chosen, setChosen] = useState(null);
  return html`<div class="view stack">
    <h1>Reviews</h1>
    <div class="row filters">
      <${Choice} list=${list} name="status" label="Status" values=${["open", "cleared", "confirmed"]} />
    </div>
    <${List} list=${list} label="Reviews" columns=${COLUMNS} id="review_id" open=${setChosen} nothing="Nothing waits for a review" />
    ${chosen && html`<${Resolve} review=${chosen} onClose=${() => setChosen(null)} onDone=${list.reload} />`}
  </div>`;
}

function Resolve({ review, onDone, ...dialog }) {
  const { api, tell } = useOps();
  const name = review.display_name ?? review.email;
  const decide = async ({ resolution, note }) => {
    await api.post(`admin/reviews/${review.review_id}/resolve`, { resolution, note });
    tell({ title: resolution === "cleared" ? "Cleared" : "Confirmed", text: name });
    onDone();
  };
  const about = { type: "review", id: review.review_id };
  if (review.status !== "open") return html`<${AboutDialog} title=${name} about=${about} ...${dialog}><${Evidence} review=${review} /><//>`;
  return html`<${FormDialog} title=${name} about=${about} submit="Decide" onSend=${decide} ...${dialog}>
    ${(wrong) => html`
      <${Evidence} review=${review} />
      <${Field} label="Decision" name="resolution" as="select" error=${wrong("resolution")}>
        <option value="cleared">Clear: prizes may ship</option>
        <option value="confirmed">Confirm: the suspicion holds</option>
      <//>
      <${Field} label="Note" name="note" required minlength="3" maxlength="500" error=${wrong("note")} hint="Kept with the review" />
    `}
  <//>`;
}

function Evidence({ review }) {
  return html`<div class="stack tight">
    <p><${Status} value=${review.status} /> ${words(review.reason.replaceAll("-", "_"))}</p>
    <p>${review.detail}</p>
    <p class="small"><a href="#/players/${review.user_id}">See the player</a></p>
  </div>`;
}
