/** Players: found, seen whole, adjusted, suspended. */

import { html, useState } from "/pages/lib/base.js";
import { ago, number, when, words } from "/pages/lib/format.js";
import { Button, Field, Trouble, Waiting, useLoaded } from "/pages/lib/ui.js";
import { useOps } from "../context.js";
import { Choice, FormDialog, List, Reason, Search, Status, useList } from "../lists.js";

const COLUMNS = [
  { title: "Player", show: (row) => row.display_name ?? row.email },
  { title: "Email", show: (row) => row.email },
  { title: "Status", show: (row) => html`<${Status} value=${row.status} />${row.under_review ? html` <span class="tag gold">under review</span>` : ""}` },
  { title: "Role", show: (row) => words(row.role) },
  { title: "Tier", show: (row) => row.tier_code ?? "—" },
  { title: "Joined", show: (row) => when(row.created_at) },
];

const LEDGER = [
  { title: "What", show: (row) => row.description },
  { title: "Type", show: (row) => words(row.transaction_type) },
  { title: "Points", numeric: true, show: (row) => number(row.amount) },
  { title: "Balance", numeric: true, show: (row) => number(row.balance_after) },
  { title: "When", show: (row) => when(row.created_at) },
];

const ACTIVITIES = [
  { title: "What", show: (row) => words(row.activity_type) },
  { title: "Began", show: (row) => when(row.start_time) },
  { title: "Minutes", numeric: true, show: (row) => number(row.duration_minutes) },
  { title: "Source", show: (row) => words(row.source) },
  { title: "Flags", show: (row) => [...(row.duplicate_of ? ["duplicate"] : []), ...row.flags].join(", ") || "—" },
];

const TICKETS = [
  { title: "Drawing", show: (row) => html`<a href="#/drawings/${row.drawing_id}">${row.drawing_name ?? row.drawing_id.slice(0, 8)}</a>` },
  { title: "Tickets", numeric: true, show: (row) => number(row.quantity) },
  { title: "How", show: (row) => words(row.source) },
  { title: "When", show: (row) => when(row.purchased_at) },
];

const REVIEWS = [
  { title: "Why", show: (row) => words(row.reason.replaceAll("-", "_")) },
  { title: "Detail", show: (row) => row.detail },
  { title: "Status", show: (row) => html`<${Status} value=${row.status} />` },
  { title: "Opened", show: (row) => when(row.opened_at) },
];

const ACTIONS = [
  { title: "Action", show: (row) => row.action },
  { title: "By", show: (row) => row.actor_email ?? "the system" },
  { title: "Reason", show: (row) => row.reason ?? "—" },
  { title: "When", show: (row) => when(row.created_at) },
];

export function Players({ path: [id] }) {
  return id ? html`<${Player} key=${id} id=${id} />` : html`<${Found} />`;
}

function Found() {
  const list = useList("admin/users", { sort: "-created_at" });
  return html`<div class="view stack">
    <h1>Players</h1>
    <div class="row filters">
      <${Search} list=${list} label="Name or email" />
      <${Choice} list=${list} name="status" label="Status" values=${["active", "pending", "suspended", "banned"]} />
      <${Choice} list=${list} name="role" label="Role" values=${["user", "premium", "admin"]} />
      <${Search} list=${list} name="tier" label="Tier" />
    </div>
    <${List} list=${list} label="Players" columns=${COLUMNS} id="user_id" open=${(row) => (location.hash = `#/players/${row.user_id}`)} nothing="Nobody is found" />
  </div>`;
}

/** What is listed of a player: title, where it is, columns, and what tells its lines apart. */
const TABS = {
  ledger: ["Ledger", (id) => ["transactions", { user_id: id }], LEDGER, "transaction_id"],
  activities: ["Activities", (id) => [`admin/users/${id}/activities`, {}], ACTIVITIES, "activity_id"],
  tickets: ["Tickets", (id) => [`admin/users/${id}/tickets`, {}], TICKETS, "transaction_id"],
  reviews: ["Reviews", (id) => ["admin/reviews", { user_id: id }], REVIEWS, "review_id"],
  actions: ["What was done", (id) => [`admin/users/${id}/actions`, {}], ACTIONS, "audit_id"],
};

function Player({ id }) {
  const { api } = useOps();
  const { data: player, problem, reload } = useLoaded(() => api.get(`admin/users/${id}`), [id]);
  const [tab, setTab] = useState("ledger");
  const [doing, setDoing] = useState(null);
  const [round, setRound] = useState(0);
  const close = () => setDoing(null);
  const done = () => {
    reload();
    setRound((n) => n + 1);
  };
  if (!player) return html`<div class="view">${problem ? html`<${Trouble} problem=${problem} retry=${reload} />` : html`<${Waiting} lines=${8} />`}</div>`;
  const name = player.profile?.display_name ?? player.email;
  return html`<div class="view stack">
    <p><a class="back" href="#/players">‹ Players</a></p>
    <header class="row between">
      <div><h1>${name}</h1><p class="soft small">${player.email} · since ${when(player.created_at)}</p></div>
      <div class="row">
        <${Button} kind="small" onClick=${() => setDoing("points")}>Adjust points<//>
        <${Button} kind="small" onClick=${() => setDoing("role")}>Role<//>
        <${Button} kind="small danger" onClick=${() => setDoing("status")}>Status<//>
      </div>
    </header>
    <section class="card stack" aria-label="Account">
      <div class="row"><${Status} value=${player.status} /><span class="tag">${player.role}</span>
        ${player.profile && html`<span class="tag">${player.profile.tier_name}</span>`}
        ${player.under_review && html`<span class="tag gold">under review</span>`}
        ${!player.email_verified && html`<span class="tag bad">address not verified</span>`}</div>
      <dl class="figures">
        <div><dt>Balance</dt><dd class="numbers">${number(player.point_balance)}</dd></div>
        <div><dt>Earned in all</dt><dd class="numbers">${number(player.stats.total_points_earned)}</dd></div>
        <div><dt>Drawings</dt><dd class="numbers">${number(player.stats.drawings_entered)}</dd></div>
        <div><dt>Prizes</dt><dd class="numbers">${number(player.stats.prizes_won)}</dd></div>
        <div><dt>Open connections</dt><dd class="numbers">${number(player.live_sessions ?? 0)}</dd></div>
      </dl>
    </section>
    <${Sessions} id=${id} />
    <div class="segments" role="group" aria-label="What of this player">
      ${Object.entries(TABS).map(([key, [title]]) => html`<button type="button" aria-pressed=${tab === key} onClick=${() => setTab(key)}>${title}</button>`)}
    </div>
    <${Tab} key="${tab}${round}" id=${id} tab=${tab} />
    ${doing === "points" && html`<${Adjust} id=${id} name=${name} onClose=${close} onDone=${done} />`}
    ${doing === "status" && html`<${SetStatus} player=${player} name=${name} onClose=${close} onDone=${done} />`}
    ${doing === "role" && html`<${SetRole} player=${player} name=${name} onClose=${close} onDone=${done} />`}
  </div>`;
}

function Tab({ id, tab }) {
  const [title, where, columns, key] = TABS[tab];
  const [path, asked] = where(id);
  const list = useList(path, asked);
  return html`<${List} list=${list} label=${title} columns=${columns} id=${key} />`;
}

function Sessions({ id }) {
  const { api } = useOps();
  const { data } = useLoaded(() => api.get(`admin/users/${id}/sessions`), [id]);
  if (!data || data.items.length === 0) return null;
  return html`<details class="card"><summary>${number(data.items.length)} ${data.items.length === 1 ? "session" : "sessions"}</summary>
    <ul class="ledger">${data.items.map((item) => html`<li><span>${item.user_agent ?? "Unknown device"}<span class="small soft">${item.ip_address ?? ""}</span></span><span class="small soft">used ${ago(item.last_used_at)}</span></li>`)}</ul>
  </details>`;
}

function Adjust({ id, name, onClose, onDone }) {
  const { api, stepUp, tell } = useOps();
  const action = async ({ amount, reason }) => {
    await stepUp(() => api.post(`admin/users/${id}/adjust-points`, { amount: Number(amount), reason }));
    tell({ title: "Points adjusted", text: `${name}: ${amount}` });
    onDone();
  };
  return html`<${FormDialog} title="Adjust points" submit="Adjust" action=${action} onClose=${onClose}>
    ${(wrong) => html`
      <${Field} label="Points" name="amount" type="number" step="1" required error=${wrong("amount")} hint="Below zero takes away; a balance never goes below zero" />
      <${Reason} wrong=${wrong} />
    `}
  <//>`;
}

function SetStatus({ player, name, onClose, onDone }) {
  const { api, tell } = useOps();
  const action = async ({ status, reason }) => {
    await api.put(`admin/users/${player.user_id}/status`, { status, reason });
    tell({ title: `${name} is ${status}` });
    onDone();
  };
  return html`<${FormDialog} title="Status of ${name}" submit="Set" danger action=${action} onClose=${onClose}>
    ${(wrong) => html`
      <p class="small soft">Suspending or banning ends every session within a second.</p>
      <${Field} label="Status" name="status" as="select" error=${wrong("status")}>
        ${["active", "suspended", "banned"].filter((value) => value !== player.status).map((value) => html`<option value=${value}>${words(value)}</option>`)}
      <//>
      <${Reason} wrong=${wrong} />
    `}
  <//>`;
}

function SetRole({ player, name, onClose, onDone }) {
  const { api, stepUp, tell } = useOps();
  const action = async ({ role, until, reason }) => {
    const premium_expires_at = role === "premium" && until ? new Date(until).toISOString() : null;
    await stepUp(() => api.put(`admin/users/${player.user_id}/role`, { role, premium_expires_at, reason }));
    tell({ title: `${name}: ${role}` });
    onDone();
  };
  return html`<${FormDialog} title="Role of ${name}" submit="Set" action=${action} onClose=${onClose}>
    ${(wrong) => html`
      <${Field} label="Role" name="role" as="select" error=${wrong("role")}>
        ${["user", "premium", "admin"].map((value) => html`<option value=${value} selected=${value === player.role}>${words(value)}</option>`)}
      <//>
      <${Field} label="Premium until" name="until" type="datetime-local" error=${wrong("premium_expires_at")} hint="For premium only" />
      <${Reason} wrong=${wrong} />
    `}
  <//>`;
}
