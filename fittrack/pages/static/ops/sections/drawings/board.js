/** All drawings by their state, with live countdowns and ticket counts. */

import { html, useMemo } from "/pages/lib/base.js";
import { count, when } from "/pages/lib/format.js";
import { Countdown, Trouble, Waiting, useLoaded } from "/pages/lib/ui.js";
import { useFollowed, useLive, useOps, useRounds } from "../../context.js";
import { Visitors } from "../../parts/others.js";

/** Drawings whose ticks are followed; a connection may have 50 channels. */
const FOLLOWED_MAX = 40;
const OVER_SHOWN = 10;
const DRAFTS_SHOWN = 100;

const COLUMNS = [
  ["draft", "Drafts"],
  ["scheduled", "Scheduled"],
  ["open", "Open"],
  ["closed", "Closed"],
  ["over", "Over"],
];

export const TONES = { draft: "", scheduled: "", open: "good", closed: "gold", completed: "", cancelled: "bad" };

export function Board() {
  const { api } = useOps();
  const { drawings } = useLive();
  const round = useRounds("drawing", "prize");
  const { data, problem, reload } = useLoaded(() => api.get("drawings", { status: "draft", limit: DRAFTS_SHOWN }), [round]);
  const columns = useMemo(() => inColumns(data?.items ?? [], drawings ?? {}), [data, drawings]);
  useFollowed([...columns.open, ...columns.closed, ...columns.scheduled].slice(0, FOLLOWED_MAX).map((drawing) => drawing.drawing_id));
  return html`<div class="view wide stack">
    <div class="row between"><h1>Drawings</h1><a class="button primary" href="#/drawings/new">New drawing</a></div>
    <${Trouble} problem=${problem} retry=${reload} />
    ${drawings === null
      ? html`<${Waiting} lines=${8} />`
      : html`<div class="board">${COLUMNS.map(([name, label]) => html`<${Column} key=${name} name=${name} label=${label} drawings=${columns[name]} />`)}</div>`}
  </div>`;
}

function inColumns(drafts, live) {
  const columns = Object.fromEntries(COLUMNS.map(([name]) => [name, []]));
  columns.draft = drafts.filter(({ drawing_id: id }) => (live[id]?.status ?? "draft") === "draft");
  for (const drawing of Object.values(live)) {
    if (!drawing.name || drawing.status === "draft") continue;
    (columns[drawing.status] ?? columns.over).push(drawing);
  }
  for (const name of ["scheduled", "open", "closed"]) columns[name].sort((a, b) => a.drawing_time.localeCompare(b.drawing_time));
  columns.over.sort((a, b) => b.drawing_time.localeCompare(a.drawing_time));
  columns.over = columns.over.slice(0, OVER_SHOWN);
  return columns;
}

function Column({ name, label, drawings }) {
  return html`<section aria-labelledby="column-${name}">
    <h2 id="column-${name}" class="row">${label} <span class="tag numbers">${drawings.length}</span></h2>
    ${drawings.length === 0 && html`<p class="small soft empty">None</p>`}
    <ul class="stack tight">${drawings.map((drawing) => html`<li key=${drawing.drawing_id}><${Card} drawing=${drawing} /></li>`)}</ul>
  </section>`;
}

function Card({ drawing }) {
  const { drawing_id: id, name, drawing_type: type, status, total_tickets: tickets, entrants, eligibility } = drawing;
  return html`<a class="card drawing" href="#/drawings/${id}">
    <span class="row tight"><span class="tag">${type}</span>${eligibility?.user_type === "premium" && html`<span class="tag gold">premium</span>`}${status === "cancelled" && html`<span class="tag bad">cancelled</span>`}</span>
    <span class="strong">${name}</span>
    <${Timing} drawing=${drawing} />
    ${status !== "draft" && status !== "scheduled" && html`<span class="small soft numbers">${count(tickets, "ticket")} · ${count(entrants, "player")}</span>`}
    <${Visitors} about=${{ type: "drawing", id }} />
  </a>`;
}

/** When the next thing happens to a drawing. */
export function Timing({ drawing }) {
  const { live } = useOps();
  const { status, sales_open: opens, ticket_sales_close: closes, drawing_time: draws } = drawing;
  const plain = (text) => html`<span class="small soft">${text}</span>`;
  if (status === "draft") return plain(`draws ${when(draws)}`);
  if (status === "completed" || status === "cancelled") return plain(when(draws));
  if (status === "scheduled" && !opens) return plain(`opens by hand, closes ${when(closes)}`);
  const timing = {
    scheduled: { until: opens, before: "opens in ", over: "opens now" },
    open: { until: closes, before: "closes in ", over: "closes now" },
    closed: { until: draws, before: "draws in ", over: "waits to be drawn" },
  }[status];
  return html`<span class="timing"><${Countdown} ...${timing} now=${live.now} /></span>`;
}
