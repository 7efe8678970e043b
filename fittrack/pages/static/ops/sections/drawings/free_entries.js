/** Entries without purchase: what came by post is recorded here, and listed. */

import { html, useState } from "/pages/lib/base.js";
import { ago, count, number } from "/pages/lib/format.js";
import { Dialog, Nothing, Trouble, Waiting, useLoaded } from "/pages/lib/ui.js";
import { useOps } from "../../context.js";
import { SchemaForm } from "../../parts/schema_form.js";

const LATEST = 20;

const FIELDS = [
  { name: "email", label: "Email of the player" },
  { name: "quantity", label: "Tickets" },
  { name: "evidence", label: "Evidence", hint: "Such as the postmark and number of a postcard; it makes one entry, ever" },
];

const CODES = { "evidence-used": "evidence", "free-tickets-used-up": "quantity" };

export function FreeEntries({ drawing }) {
  const { api, tell } = useOps();
  const [asking, setAsking] = useState(false);
  const { drawing_id: id, status, total_tickets: tickets } = drawing;
  const { data, problem, reload } = useLoaded(() => api.get(`drawings/${id}/free-entries`, { limit: LATEST }), [id, tickets]);
  const close = () => setAsking(false);
  const send = async (body) => {
    const { quantity } = await api.post(`drawings/${id}/free-entries`, body);
    close();
    tell({ title: "Recorded", text: `${count(quantity, "free ticket")} for ${body.email}` });
    reload();
  };
  return html`<section class="card stack tight" aria-labelledby="free-title">
    <div class="row between">
      <h2 id="free-title">Entries without purchase <span class="soft numbers">${data ? number(data.pagination.total_items) : ""}</span></h2>
      ${status === "open" && html`<button type="button" class="button small" onClick=${() => setAsking(true)}>Record an entry</button>`}
    </div>
    <${Trouble} problem=${problem} retry=${reload} />
    ${!data && !problem && html`<${Waiting} />`}
    ${data?.items.length === 0 && html`<${Nothing} title="None yet" />`}
    <ul class="lines">
      ${data?.items.map(
        (entry) => html`<li key=${entry.transaction_id}>
          <span><a href="#/players/${entry.user_id}">${entry.display_name ?? "a former player"}</a><span class="small soft">${entry.evidence}</span></span>
          <span class="small soft numbers right">${count(entry.quantity, "ticket")}<br />${ago(entry.recorded_at)}</span>
        </li>`,
      )}
    </ul>
    ${asking && html`<${Dialog} title="Record an entry" onClose=${close}><${SchemaForm} schema="NewFreeEntry" fields=${FIELDS} codes=${CODES} submit="Record" onSend=${send} /><//>`}
  </section>`;
}
