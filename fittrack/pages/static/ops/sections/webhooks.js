/** Endpoints that are told what happens, and the log of what was delivered. */

import { html, useState } from "/pages/lib/base.js";
import { when, words } from "/pages/lib/format.js";
import { Button, Field, Trouble, useAction } from "/pages/lib/ui.js";
import { useOps, useRounds } from "../context.js";
import { Choice, List, useList } from "../lists.js";
import { AboutDialog, FormDialog } from "../parts/form.js";
import { ShownOnce } from "../parts/secret.js";
import { Status } from "../parts/status.js";

const COLUMNS = [
  { title: "Address", show: (row) => row.url },
  { title: "For", show: (row) => row.description ?? "—" },
  { title: "Events", show: (row) => row.event_types.join(", ") },
  { title: "State", show: (row) => html`<${Status} value=${row.active ? (row.failing_since ? "failing" : "active") : "disabled"} />${row.disabled_reason && html` <span class="small soft">${words(row.disabled_reason)}</span>`}` },
];

export function Webhooks() {
  const list = useList("webhooks", {}, useRounds("webhook"));
  const [chosen, setChosen] = useState(null);
  const [making, setMaking] = useState(false);
  const [secret, setSecret] = useState(null);
  return html`<div class="view stack">
    <div class="row between"><h1>Webhooks</h1><${Button} kind="primary small" onClick=${() => setMaking(true)}>New endpoint<//></div>
    <${List} list=${list} label="Endpoints" columns=${COLUMNS} id="endpoint_id" open=${setChosen} nothing="No endpoints yet" />
    ${making && html`<${New} onClose=${() => setMaking(false)} onMade=${(made) => (setSecret(made.secret), list.reload())} />`}
    ${chosen && html`<${Endpoint} endpoint=${chosen} onClose=${() => setChosen(null)} onSecret=${setSecret} onDone=${list.reload} />`}
    ${secret && html`<${ShownOnce} secret=${secret} onClose=${() => setSecret(null)}>It signs what is sent.<//>`}
  </div>`;
}

function New({ onClose, onMade }) {
  const { api } = useOps();
  const create = async ({ url, description, event_types }) =>
    onMade(await api.post("webhooks", { url, description: description || null, event_types: event_types.split(/[\s,]+/).filter(Boolean) }));
  return html`<${FormDialog} title="New endpoint" submit="Create" onSend=${create} onClose=${onClose}>
    ${(wrong) => html`
      <${Field} label="Address" name="url" type="url" required error=${wrong("url")} hint="https, and public" />
      <${Field} label="What for" name="description" error=${wrong("description")} />
      <${Field} label="Events" name="event_types" required error=${wrong("event_types")} hint="For example drawing.completed, fulfillment.updated" />
    `}
  <//>`;
}

const DELIVERIES = [
  { title: "Event", show: (row) => row.event_type },
  { title: "Status", show: (row) => html`<${Status} value=${row.status} />` },
  { title: "Attempts", numeric: true, show: (row) => row.attempts },
  { title: "When", show: (row) => when(row.created_at) },
];

function Endpoint({ endpoint, onClose, onSecret, onDone }) {
  const { api, stepUp, tell } = useOps();
  const path = `webhooks/${endpoint.endpoint_id}`;
  const list = useList(`${path}/deliveries`);
  const [act, { busy, problem }] = useAction(async (work, text) => {
    const made = await stepUp(work);
    tell({ title: text });
    onDone();
    list.reload();
    if (made?.secret) onSecret(made.secret);
  });
  return html`<${AboutDialog} title=${endpoint.url} about=${{ type: "webhook", id: endpoint.endpoint_id }} wide onClose=${onClose}>
    <div class="stack">
      <${Trouble} problem=${problem} />
      <div class="row">
        <${Button} kind="small" busy=${busy} onClick=${() => act(() => api.post(`${path}/test`), "A test event is on its way")}>Send a test<//>
        <${Button} kind="small" busy=${busy} onClick=${() => act(() => api.post(`${path}/rotate-secret`), "The secret is rotated")}>Rotate the secret<//>
        <${Button} kind="small ${endpoint.active ? "danger" : ""}" busy=${busy} onClick=${() => act(() => api.patch(path, { active: !endpoint.active }), endpoint.active ? "Disabled" : "Enabled")}>${endpoint.active ? "Disable" : "Enable"}<//>
      </div>
      <div class="row filters"><${Choice} list=${list} name="status" label="Status" values=${["pending", "delivered", "failed"]} /></div>
      <${List} list=${list} label="Deliveries" columns=${DELIVERIES} id="message_id" nothing="Nothing was sent yet"
        open=${(row) => act(() => api.post(`${path}/deliveries/${row.message_id}/redeliver`), `${row.event_type} is sent again`)} />
      ${list.data?.items.length > 0 && html`<p class="small soft">Press an event to send it again.</p>`}
    </div>
  <//>`;
}
