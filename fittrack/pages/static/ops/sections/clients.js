/** Programs of third parties: their scopes, secrets and use. */

import { html, useState } from "/pages/lib/base.js";
import { number, when } from "/pages/lib/format.js";
import { Button, Field, Trouble, Waiting, useAction, useLoaded } from "/pages/lib/ui.js";
import { useOps, useRounds } from "../context.js";
import { List, Search, Table, useList } from "../lists.js";
import { AboutDialog, FormDialog } from "../parts/form.js";
import { ShownOnce } from "../parts/secret.js";
import { Status } from "../parts/status.js";

const COLUMNS = [
  { title: "Name", show: (row) => row.name },
  { title: "Scopes", show: (row) => row.scopes.join(", ") },
  { title: "Requests a minute", numeric: true, show: (row) => number(row.requests_per_minute) },
  { title: "State", show: (row) => html`<${Status} value=${row.active ? "active" : "disabled"} />` },
];

/** Scopes as the OpenAPI document lists them. */
function useScopes() {
  const { api } = useOps();
  const { data } = useLoaded(() => api.get("/openapi.json"), []);
  const schemes = Object.values(data?.components?.securitySchemes ?? {});
  return Object.entries(schemes.find(({ type }) => type === "oauth2")?.flows?.clientCredentials?.scopes ?? {});
}

export function Clients() {
  const list = useList("admin/clients", {}, useRounds("client"));
  const [chosen, setChosen] = useState(null);
  const [secret, setSecret] = useState(null);
  const [making, setMaking] = useState(false);
  return html`<div class="view stack">
    <div class="row between"><h1>Third-party clients</h1><${Button} kind="primary small" onClick=${() => setMaking(true)}>New client<//></div>
    <div class="row filters"><${Search} list=${list} label="Name" /></div>
    <${List} list=${list} label="Clients" columns=${COLUMNS} id="client_id" open=${setChosen} nothing="No clients yet" />
    ${making && html`<${New} onClose=${() => setMaking(false)} onMade=${(made) => (setSecret(made), list.reload())} />`}
    ${chosen && html`<${Client} client=${chosen} onClose=${() => setChosen(null)} onSecret=${setSecret} onDone=${list.reload} />`}
    ${secret &&
    html`<${ShownOnce} secret=${secret.client_secret} onClose=${() => setSecret(null)}>
      The server keeps only a hash of it.${secret.client_id && html` Client: <code>${secret.client_id}</code>`}
    <//>`}
  </div>`;
}

function New({ onClose, onMade }) {
  const { api } = useOps();
  const scopes = useScopes();
  const [chosen, setChosen] = useState([]);
  const toggle = (name) => setChosen((now) => (now.includes(name) ? now.filter((each) => each !== name) : [...now, name]));
  const create = async ({ name }) => onMade(await api.post("admin/clients", { name, scopes: chosen }));
  return html`<${FormDialog} title="New client" submit="Create" onSend=${create} onClose=${onClose}>
    ${(wrong) => html`
      <${Field} label="Name" name="name" required error=${wrong("name")} />
      <fieldset class="scopes"><legend class="strong small">Scopes</legend>
        ${scopes.map(([name, text]) => html`<label class="check"><input type="checkbox" checked=${chosen.includes(name)} onChange=${() => toggle(name)} /><span><code>${name}</code> <span class="soft small">${text}</span></span></label>`)}
      </fieldset>
    `}
  <//>`;
}

const USE = [
  { title: "Day", show: (row) => row.day },
  { title: "Route", show: (row) => html`<code>${row.method} ${row.route}</code>` },
  { title: "Status", show: (row) => row.status },
  { title: "Requests", numeric: true, show: (row) => number(row.requests) },
];

function Client({ client, onClose, onSecret, onDone }) {
  const { api, stepUp } = useOps();
  const { data, problem } = useLoaded(() => api.get(`admin/clients/${client.client_id}`), [client.client_id]);
  const { data: use } = useLoaded(() => api.get(`admin/clients/${client.client_id}/usage`, { days: 30 }), [client.client_id]);
  const [act, { busy, problem: refused }] = useAction(async (work) => {
    const made = await stepUp(work);
    onDone();
    onClose();
    if (made?.client_secret) onSecret(made);
  });
  return html`<${AboutDialog} title=${client.name} about=${{ type: "client", id: client.client_id }} wide onClose=${onClose}>
    <div class="stack">
      <${Trouble} problem=${problem ?? refused} />
      <p><code>${client.client_id}</code></p>
      <p class="small soft">${client.scopes.join(", ")}</p>
      ${!data && !problem && html`<${Waiting} />`}
      ${data?.secrets && html`<ul class="ledger">${data.secrets.map((each) => html`<li><span>Secret made ${when(each.created_at)}</span><span class="small soft">${each.expires_at ? `ends ${when(each.expires_at)}` : "in use"}</span></li>`)}</ul>`}
      <div class="row">
        <${Button} kind="small" busy=${busy} onClick=${() => act(() => api.post(`admin/clients/${client.client_id}/secrets`, { overlap_hours: 24 }))}>New secret, the old one ends in 24 h<//>
        <${Button} kind="small ${client.active ? "danger" : ""}" busy=${busy} onClick=${() => act(() => api.patch(`admin/clients/${client.client_id}`, { active: !client.active }))}>${client.active ? "Disable" : "Enable"}<//>
      </div>
      ${use?.items?.length > 0 && html`<h3>Use in 30 days</h3><${Table} label="Use" columns=${USE} rows=${use.items} id="day" />`}
    </div>
  <//>`;
}
