/** Players: found, invited, seen whole, corrected, adjusted, suspended. */

import { html, useState } from "/pages/lib/base.js";
import { ago, count, number, when, words } from "/pages/lib/format.js";
import { Button, Field, Trouble, Waiting, useLoaded } from "/pages/lib/ui.js";
import { useDoneTo, useOps } from "../context.js";
import { Choice, List, Search, useList } from "../lists.js";
import { deed } from "../parts/deeds.js";
import { FormDialog, Reason } from "../parts/form.js";
import { Company, Doings } from "../parts/others.js";
import { Status } from "../parts/status.js";
import { Correct, Invite } from "./players/account.js";

const COLUMNS = [
  { title: "Player", show: (row) => row.display_name ?? row.email },
  { title: "Email", show: (row) => row.email },
  { title: "Status", show: (row) => html`<${Status} value=${row.status} />${row.under_review ? html` <span class="tag gold">Under review</span>` : ""}` },
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
  { title: "Who", show: (row) => row.actor_email ?? "The system" },
  { title: "What", show: (row) => deed(row.action) },
  { title: "Reason", show: (row) => row.reason ?? "—" },
  { title: "When", show: (row) => when(row.created_at) },
];

export function Players({ path: [id] }) {
  return id ? html`<${Player} key=${id} id=${id} />` : html`<${Found} />`;
}

function Found() {
  const list = useList("admin/users", { sort: "-created_at" });
  const [inviting, setInviting] = useState(false);
  return html`<div class="view stack">
    <div class="row between"><h1>Players</h1><${Button} kind="primary small" onClick=${() => setInviting(true)}>Invite somebody<//></div>
    <div class="row filters">
      <${Search} list=${list} label="Name or email" />
      <${Choice} list=${list} name="status" label="Status" values=${["active", "pending", "suspended", "banned"]} />
      <${Choice} list=${list} name="role" label="Role" values=${["user", "premium", "admin"]} />
      <${Search} list=${list} name="tier" label="Tier" kind="" />
    </div>
    <${List} list=${list} label="Players" columns=${COLUMNS} id="user_id" open=${(row) => (location.hash = `#/players/${row.user_id}`)} nothing="Nobody is found" />
    ${inviting && html`<${Invite} onClose=${() => setInviting(false)} onDone=${list.reload} />`}
  </div>`;
}

/** What is listed of a player: title, where it is, columns, what tells its lines apart, and what to say of none. */
const TABS = {
  ledger: ["Ledger", (id) => ["transactions", { user_id: id }], LEDGER, "transaction_id", "No points yet"],
  activities: ["Activities", (id) => [`admin/users/${id}/activities`, {}], ACTIVITIES, "activity_id", "No activities yet"],
  tickets: ["Tickets", (id) => [`admin/users/${id}/tickets`, {}], TICKETS, "transaction_id", "No tickets yet"],
  reviews: ["Reviews", (id) => ["admin/reviews", { user_id: id }], REVIEWS, "review_id", "Never under review"],
  actions: ["History", (id) => [`admin/users/${id}/actions`, {}], ACTIONS, "audit_id", "Nothing was done here yet"],
};

function Player({ id }) {
  const { api } = useOps();
  const round = useDoneTo(id);
  const { data, problem, reload } = useLoaded(() => api.tagged(`admin/users/${id}`), [id, round]);
  const [tab, setTab] = useState("ledger");
  const [doing, setDoing] = useState(null);
  const close = () => setDoing(null);
  const about = { type: "user", id };
  if (!data) return html`<div class="view">${problem ? html`<${Trouble} problem=${problem} retry=${reload} />` : html`<${Waiting} lines=${8} />`}</div>`;
  const { data: player, etag } = data;
  const name = player.profile?.display_name ?? player.email;
  return html`<div class="view stack">
    <p><a class="back" href="#/players">‹ Players</a></p>
    <${Company} about=${about} />
    <header class="row between">
      <div><h1>${name}</h1><p class="soft small">${player.email} · since ${when(player.created_at)}</p></div>
      <div class="row">
        <${Button} kind="small" onClick=${() => setDoing("points")}>Adjust points<//>
        <${Button} kind="small" onClick=${() => setDoing("correct")}>Correct<//>
        <${Button} kind="small" onClick=${() => setDoing("role")}>Change role<//>
        <${Button} kind="small danger" onClick=${() => setDoing("status")}>Change status<//>
      </div>
    </header>
    <section class="card stack" aria-label="Account">
      <div class="row"><${Status} value=${player.status} /><span class="tag ${player.role === "premium" ? "gold" : ""}">${words(player.role)}</span>
        ${player.profile && html`<span class="tag">${player.profile.tier_name}</span>`}
        ${player.under_review && html`<span class="tag gold">Under review</span>`}
        ${!player.email_verified && html`<span class="tag bad">Email not verified</span>`}</div>
      <dl class="figures">
        <div><dt>Balance</dt><dd class="numbers">${number(player.point_balance)}</dd></div>
        <div><dt>Earned in all</dt><dd class="numbers">${number(player.stats.total_points_earned)}</dd></div>
        <div><dt>Drawings</dt><dd class="numbers">${number(player.stats.drawings_entered)}</dd></div>
        <div><dt>Prizes</dt><dd class="numbers">${number(player.stats.prizes_won)}</dd></div>
        <div><dt>Open connections</dt><dd class="numbers">${number(player.live_sessions ?? 0)}</dd></div>
      </dl>
    </section>
    <${Sessions} id=${id} />
    <${Doings} about=${about} />
    <div class="segments" role="group" aria-label="What of this player">
      ${Object.entries(TABS).map(([key, [title]]) => html`<button type="button" aria-pressed=${tab === key} onClick=${() => setTab(key)}>${title}</button>`)}
    </div>
    <${Tab} key=${tab} id=${id} tab=${tab} round=${round} />
    ${DIALOGS[doing] && html`<${DIALOGS[doing]} player=${player} etag=${etag} name=${name} about=${about} onClose=${close} onDone=${reload} />`}
  </div>`;
}

function Tab({ id, tab, round }) {
  const [title, where, columns, key, nothing] = TABS[tab];
  const [path, asked] = where(id);
  const list = useList(path, asked, round);
  return html`<${List} list=${list} label=${title} columns=${columns} id=${key} nothing=${nothing} />`;
}

function Sessions({ id }) {
  const { api } = useOps();
  const { data } = useLoaded(() => api.get(`admin/users/${id}/sessions`), [id]);
  if (!data || data.items.length === 0) return null;
  return html`<details class="card"><summary>${count(data.items.length, "session")}</summary>
    <ul class="ledger">${data.items.map((item) => html`<li><span>${item.user_agent ?? "Unknown device"}<span class="small soft">${item.ip_address ?? ""}</span></span><span class="small soft">used ${ago(item.last_used_at)}</span></li>`)}</ul>
  </details>`;
}

function Adjust({ player, name, onDone, ...dialog }) {
  const { api, tell } = useOps();
  const adjust = async ({ amount, reason }) => {
    await api.post(`admin/users/${player.user_id}/adjust-points`, { amount: Number(amount), reason });
    tell({ title: "Points adjusted", text: `${name}: ${number(Number(amount))}` });
    onDone();
  };
  return html`<${FormDialog} title="Adjust points of ${name}" submit="Adjust" onSend=${adjust} ...${dialog}>
    ${(wrong) => html`
      <p>The balance is <span class="strong numbers">${number(player.point_balance)}</span>.</p>
      <${Field} label="Points" name="amount" type="number" step="1" required error=${wrong("amount")} hint="Negative to take away; a balance never goes below zero" />
      <${Reason} wrong=${wrong} />
    `}
  <//>`;
}

function SetStatus({ player, name, onDone, ...dialog }) {
  const { api, tell } = useOps();
  const set = async ({ status, reason }) => {
    await api.put(`admin/users/${player.user_id}/status`, { status, reason });
    tell({ title: `${name} is ${status}` });
    onDone();
  };
  return html`<${FormDialog} title="Status of ${name}" submit="Set status" danger onSend=${set} ...${dialog}>
    ${(wrong) => html`
      <p class="small soft">Suspending or banning ends every session within a second.</p>
      <${Field} label="Status" name="status" as="select" error=${wrong("status")}>
        ${["active", "suspended", "banned"].filter((value) => value !== player.status).map((value) => html`<option value=${value}>${words(value)}</option>`)}
      <//>
      <${Reason} wrong=${wrong} />
    `}
  <//>`;
}

function SetRole({ player, name, onDone, ...dialog }) {
  const { api, tell } = useOps();
  const set = async ({ role, until, reason }) => {
    const premium_expires_at = role === "premium" && until ? new Date(until).toISOString() : null;
    await api.put(`admin/users/${player.user_id}/role`, { role, premium_expires_at, reason });
    tell({ title: `${name}: ${words(role)}` });
    onDone();
  };
  return html`<${FormDialog} title="Role of ${name}" submit="Set role" onSend=${set} ...${dialog}>
    ${(wrong) => html`
      <${Field} label="Role" name="role" as="select" error=${wrong("role")}>
        ${["user", "premium", "admin"].map((value) => html`<option value=${value} selected=${value === player.role}>${words(value)}</option>`)}
      <//>
      <${Field} label="Premium until" name="until" type="datetime-local" error=${wrong("premium_expires_at")} hint="For premium only" />
      <${Reason} wrong=${wrong} />
    `}
  <//>`;
}

const DIALOGS = { points: Adjust, correct: Correct, status: SetStatus, role: SetRole };
