/** The audit log: who did what to what, when, from where, and what changed. */

import { html, useState } from "/pages/lib/base.js";
import { count, when, words } from "/pages/lib/format.js";
import { Button, Field, Nothing, Trouble, Waiting, useAction, useLoaded } from "/pages/lib/ui.js";
import { useOps } from "../context.js";
import { deed, placeOfThing } from "../parts/deeds.js";

const A_PAGE = 50;

/** Kinds of things that the log tells of. */
const KINDS = ["user", "drawing", "prize", "sponsor", "client", "webhook", "drawing_template", "daily_figures", "keys"];

/** What the filters of the form mean for the API. */
function sought(form) {
  const { from, to, ...rest } = Object.fromEntries(new FormData(form));
  const instant = (text) => (text ? new Date(text).toISOString() : "");
  return { ...Object.fromEntries(Object.entries(rest).map(([name, text]) => [name, text.trim()])), from: instant(from), to: instant(to) };
}

export function Audit({ path: [subjectType = "", subjectId = ""] }) {
  const { api } = useOps();
  const [filter, setFilter] = useState({ subject_type: subjectType, subject_id: subjectId });
  const { data, problem, reload } = useLoaded(() => api.get("admin/audit", { ...filter, limit: A_PAGE }), [JSON.stringify(filter)]);
  const search = (event) => {
    event.preventDefault();
    setFilter(sought(event.target));
  };
  const wrong = problem?.fields ?? {};
  return html`<div class="view stack">
    <h1>Audit log</h1>
    <form class="card stack" onSubmit=${search} role="search" aria-label="Audit log">
      <div class="spread">
        <${Field} label="Action" name="action" placeholder="drawing.schedule" error=${wrong.action} />
        <${Field} label="Kind of thing" name="subject_type" as="select" error=${wrong.subject_type}>
          <option value="">Everything</option>
          ${KINDS.map((kind) => html`<option value=${kind} selected=${kind === filter.subject_type}>${words(kind)}</option>`)}
        <//>
        <${Field} label="Its id" name="subject_id" defaultValue=${filter.subject_id} error=${wrong.subject_id} />
        <${Field} label="Id of the admin" name="actor" error=${wrong.actor} />
        <${Field} label="From" name="from" type="datetime-local" error=${wrong.from} />
        <${Field} label="To" name="to" type="datetime-local" error=${wrong.to} />
      </div>
      <div class="row"><button type="submit" class="button primary">Search</button></div>
    </form>
    <${Trouble} problem=${problem} retry=${reload} />
    ${!data && !problem && html`<${Waiting} lines=${8} />`}
    ${data && html`<${Records} key=${JSON.stringify(filter)} first=${data} filter=${filter} />`}
  </div>`;
}

function Records({ first, filter }) {
  const { api } = useOps();
  const [more, setMore] = useState([]);
  const pages = [first, ...more];
  const { next_cursor: cursor } = pages.at(-1).pagination;
  const [load, { busy, problem }] = useAction(async () => setMore([...more, await api.get("admin/audit", { ...filter, limit: A_PAGE, cursor })]));
  const records = pages.flatMap(({ items }) => items);
  if (records.length === 0) return html`<${Nothing} title="Nothing like that was done" />`;
  return html`<ol class="records" aria-label="Records">${records.map((record) => html`<li key=${record.audit_id} class="card"><${Entry} record=${record} /></li>`)}</ol>
    <${Trouble} problem=${problem} />
    ${cursor && html`<p class="aside"><${Button} busy=${busy} onClick=${load}>Load more<//></p>`}`;
}

function Entry({ record }) {
  const { action, actor_email: email, actor_id: actor, subject_type: type, subject_id: id, reason, address, created_at: at } = record;
  const changes = changesOf(record.before, record.after);
  const place = placeOfThing(type, id);
  return html`<div class="row between"><span><span class="strong">${email ?? (actor ? `Account ${actor}` : "The system")}</span> ${deed(action)}</span><time class="small soft" datetime=${at}>${when(at)}</time></div>
    <p class="small soft"><code>${action}</code>${address ? ` from ${address}` : ""} · ${words(type)}${id && html` ${place ? html`<a class="mono" href=${place}>${id}</a>` : html`<span class="mono">${id}</span>`}`}</p>
    ${reason && html`<p class="small">“${reason}”</p>`}
    ${record.content_erased && html`<p class="small soft">What was personal in it is erased.</p>`}
    ${changes.length > 0 &&
    html`<details>
      <summary class="small">${count(changes.length, "change")}</summary>
      <dl class="facts small">
        ${changes.map(([name, before, after]) => html`<div><dt>${name}</dt><dd class="mono">${before !== undefined && html`<del>${before}</del> `}${after !== undefined && html`<ins>${after}</ins>`}</dd></div>`)}
      </dl>
      <p class="small soft mono">${record.row_hash ? `chain ${record.chain_seq}: ${record.row_hash}` : "sealed within a second"}</p>
    </details>`}`;
}

const written = (value) => (value === undefined ? undefined : typeof value === "string" ? value : JSON.stringify(value));

/** What differs: `[name, before, after]`. */
function changesOf(before, after) {
  const names = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})]);
  return [...names].map((name) => [name, written(before?.[name]), written(after?.[name])]).filter(([, was, is]) => was !== is);
}
