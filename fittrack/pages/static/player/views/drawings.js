/** Drawings that can be entered, that are coming, and what became of the latest. */

import { html, useState } from "/pages/lib/base.js";
import { count, money, number, odds, when } from "/pages/lib/format.js";
import { Countdown, Nothing, Trouble, Waiting, useLoaded } from "/pages/lib/ui.js";
import { useLive, usePlayer } from "../context.js";

const RESULTS = 12;

export function Drawings() {
  const [past, setPast] = useState(false);
  return html`<div class="view stack">
    <div class="row between">
      <h1>Drawings</h1>
      <div class="segments" role="group" aria-label="Which drawings">
        <button type="button" aria-pressed=${!past} onClick=${() => setPast(false)}>Now</button>
        <button type="button" aria-pressed=${past} onClick=${() => setPast(true)}>Results</button>
      </div>
    </div>
    ${past ? html`<${Past} />` : html`<${Current} />`}
  </div>`;
}

function Current() {
  const { drawings } = useLive();
  if (drawings === null) return html`<${Waiting} lines=${8} />`;
  const all = Object.values(drawings).filter((drawing) => drawing.name);
  const open = byInstant(all.filter((drawing) => drawing.status === "open"), "ticket_sales_close");
  const drawn = byInstant(all.filter((drawing) => drawing.status === "closed"), "drawing_time");
  const coming = byInstant(all.filter((drawing) => drawing.status === "scheduled"), "ticket_sales_close");
  if (open.length + drawn.length + coming.length === 0) {
    return html`<${Nothing} title="No drawing is on">New ones appear here by themselves.<//>`;
  }
  return html`
    ${drawn.length > 0 && html`<h2>About to be drawn</h2><${Cards} list=${drawn} />`}
    ${open.length > 0 && html`<h2 class="unseen">On sale</h2><${Cards} list=${open} />`}
    ${coming.length > 0 && html`<h2>Coming</h2><${Cards} list=${coming} />`}
  `;
}

const byInstant = (list, name) => list.sort((a, b) => Date.parse(a[name]) - Date.parse(b[name]));

const Cards = ({ list }) => html`<ul class="cards">
  ${list.map((drawing) => html`<li key=${drawing.drawing_id}><${Card} drawing=${drawing} /></li>`)}
</ul>`;

function Card({ drawing }) {
  const { state } = usePlayer();
  const now = () => state.client.now();
  const worth = drawing.prizes.reduce((sum, prize) => sum + Number(prize.value_usd) * prize.quantity, 0);
  return html`<a class="card drawing ${drawing.status}" href="#/drawings/${drawing.drawing_id}">
    <div class="row between">
      <span class="tag ${drawing.eligibility.user_type === "premium" ? "gold" : ""}">${drawing.eligibility.user_type === "premium" ? "premium" : drawing.drawing_type}</span>
      <${Timing} drawing=${drawing} now=${now} />
    </div>
    <h3>${drawing.name}</h3>
    <p class="soft small">${drawing.prizes.map((prize) => (prize.quantity > 1 ? `${prize.quantity} × ${prize.name}` : prize.name)).join(" · ")}</p>
    <div class="row between small">
      <span><span class="strong">${money(worth)}</span> in prizes</span>
      <span class="soft numbers">${number(drawing.ticket_cost_points)} points a ticket</span>
    </div>
    ${drawing.my_tickets > 0 &&
    html`<p class="mine small"><span class="strong numbers">${count(drawing.my_tickets, "ticket")}</span> of ${number(drawing.total_tickets)} · ${odds(drawing.odds ?? drawing.my_tickets / drawing.total_tickets)}</p>`}
  </a>`;
}

function Timing({ drawing, now }) {
  const { status, sales_open: opens } = drawing;
  if (status === "scheduled") return html`<span class="small soft">${opens ? `opens ${when(opens)}` : "opens soon"}</span>`;
  const timing =
    status === "open"
      ? { until: drawing.ticket_sales_close, before: "closes in", over: "closing" }
      : { until: drawing.drawing_time, before: "draws in", over: "waits to be drawn" };
  return html`<span class="timing"><${Countdown} ...${timing} now=${now} /></span>`;
}

function Past() {
  const { api } = usePlayer();
  const { data, problem, reload } = useLoaded(() => api.get("drawings", { status: "completed", limit: RESULTS }), []);
  if (problem) return html`<${Trouble} problem=${problem} retry=${reload} />`;
  if (!data) return html`<${Waiting} lines=${8} />`;
  if (data.items.length === 0) return html`<${Nothing} title="No drawing is over yet" />`;
  return html`<ul class="cards">
    ${data.items.map(
      (drawing) => html`<li key=${drawing.drawing_id}>
        <a class="card drawing" href="#/drawings/${drawing.drawing_id}">
          <div class="row between"><span class="tag">${drawing.drawing_type}</span><span class="small soft">${when(drawing.drawing_time)}</span></div>
          <h3>${drawing.name}</h3>
          <p class="small soft">${count(drawing.entrants, "player")}, ${count(drawing.total_tickets, "ticket")}${drawing.my_tickets > 0 ? `, ${number(drawing.my_tickets)} of them yours` : ""}</p>
        </a>
      </li>`,
    )}
  </ul>`;
}
