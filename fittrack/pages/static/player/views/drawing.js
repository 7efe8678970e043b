/** One drawing: its prizes and countdown, tickets to buy, and in the end its winners. */

import { CommandRefused, Disconnected, Stopped } from "/client/client.js";
import { html, useEffect, useState } from "/pages/lib/base.js";
import { count, money, number, odds, when } from "/pages/lib/format.js";
import { Button, Countdown, Trouble, Waiting, useAction, useLoaded } from "/pages/lib/ui.js";
import { useLive, usePlayer } from "../context.js";

/** The drawing as it is now: live where it is live, by REST else. */
function useDrawing(id) {
  const { state, api } = usePlayer();
  const { drawings } = useLive();
  const [problem, setProblem] = useState(null);
  useEffect(() => {
    const channel = `drawing:${id}`;
    state.client.subscribe(channel).catch((error) => {
      if (error instanceof CommandRefused) setProblem(error);
      else if (!(error instanceof Stopped || error instanceof Disconnected)) throw error;
    });
    return () => void state.client.unsubscribe(channel);
  }, [id]);
  const { data } = useLoaded(() => api.get(`drawings/${id}/my-tickets`), [id]);
  const drawing = drawings?.[id];
  return { drawing: drawing?.name ? { my_tickets: data?.my_tickets, odds: data?.odds, ...drawing } : null, problem };
}

export function Drawing({ id }) {
  const { drawing, problem } = useDrawing(id);
  useEffect(() => {
    if (drawing) document.title = `${drawing.name} · FitTrack`;
  }, [drawing?.name]);
  if (problem) return html`<div class="view"><${Trouble} problem=${problem} /></div>`;
  if (!drawing) return html`<div class="view"><${Waiting} lines=${8} /></div>`;
  return html`<article class="view two-columns">
    <div class="stack">
      <p><a class="back" href="#/drawings">‹ Drawings</a></p>
      <header class="stack tight">
        <div class="row"><span class="tag">${drawing.drawing_type}</span>${drawing.eligibility.user_type === "premium" && html`<span class="tag gold">premium</span>`}<${State} status=${drawing.status} /></div>
        <h1>${drawing.name}</h1>
        <p class="soft">${drawing.description}</p>
      </header>
      <${Prizes} prizes=${drawing.prizes} />
      <p class="small soft">
        <a href="/api/v1/drawings/${id}/rules" target="_blank" rel="noopener">Official rules</a>. No purchase necessary.
      </p>
    </div>
    <div class="stack">
      <${Standing} drawing=${drawing} />
      ${drawing.status === "open" && html`<${Buy} drawing=${drawing} />`}
      ${drawing.status === "completed" && html`<${Results} id=${id} />`}
      ${drawing.status === "cancelled" && html`<p class="note">This drawing was cancelled. What your tickets cost is back in your balance.</p>`}
    </div>
  </article>`;
}

const STATES = { scheduled: "", open: "good", closed: "gold", completed: "", cancelled: "bad" };
const State = ({ status }) => html`<span class="tag ${STATES[status]}">${status}</span>`;

function Prizes({ prizes }) {
  return html`<section aria-labelledby="prizes-title" class="stack tight">
    <h2 id="prizes-title">Prizes</h2>
    <ol class="prizes">
      ${prizes.map(
        (prize) => html`<li key=${prize.prize_id} class="card">
          <span class="rank" aria-label="Rank ${prize.rank}">${prize.rank}</span>
          <span><span class="strong">${prize.quantity > 1 ? `${prize.quantity} × ` : ""}${prize.name}</span>
            <span class="small soft">${prize.description}${prize.sponsor ? ` · from ${prize.sponsor}` : ""}</span></span>
          <span class="numbers strong">${money(prize.value_usd)}</span>
        </li>`,
      )}
    </ol>
  </section>`;
}

function Standing({ drawing }) {
  const { state } = usePlayer();
  const now = () => state.client.now();
  return html`<section class="card stack standing" aria-label="Standing">
    <${Clock} drawing=${drawing} now=${now} />
    <dl class="figures">
      <div><dt>Tickets sold</dt><dd class="numbers">${number(drawing.total_tickets)}</dd></div>
      <div><dt>Players</dt><dd class="numbers">${number(drawing.entrants)}</dd></div>
      <div><dt>Yours</dt><dd class="numbers">${number(drawing.my_tickets ?? 0)}</dd></div>
      <div><dt>Chance of first pick</dt><dd class="numbers">${odds(drawing.my_tickets > 0 ? drawing.odds : null)}</dd></div>
    </dl>
  </section>`;
}

function Clock({ drawing, now }) {
  const { status, ticket_sales_close: closes, drawing_time: draws } = drawing;
  const more = (text) => html`<span class="small soft">${text}</span>`;
  switch (status) {
    case "open":
      return html`<p class="clock"><${Countdown} until=${closes} now=${now} before="Sales close in" over="Sales are closing" />${more(`drawn ${when(draws)}`)}</p>`;
    case "closed":
      return html`<p class="clock"><${Countdown} until=${draws} now=${now} before="Drawn in" over="The draw is due" />${more("sales are closed")}</p>`;
    case "scheduled":
      return html`<p class="clock">${more(drawing.sales_open ? `Sales open ${when(drawing.sales_open)}` : "Sales open soon")}</p>`;
    default:
      return html`<p class="clock">${more(status === "completed" ? `Drawn ${when(draws)}` : "Cancelled")}</p>`;
  }
}

function Buy({ drawing }) {
  const { state, tell } = usePlayer();
  const { balance, connected, user } = useLive();
  const [quantity, setQuantity] = useState(1);
  const cost = drawing.ticket_cost_points;
  const affordable = Math.floor((balance ?? 0) / cost);
  const [buy, { busy, problem }] = useAction(async () => {
    const bought = await state.command((client) => client.buyTickets(drawing.drawing_id, quantity));
    tell({ title: bought.quantity === 1 ? "One ticket is yours" : `${number(bought.quantity)} tickets are yours`, text: `${count(bought.points_spent, "point")} spent` });
  });
  if (user?.role === "admin") return html`<p class="note">Admins do not buy tickets.</p>`;
  const mine = (drawing.my_tickets ?? 0) + quantity;
  const step = (by) => setQuantity((n) => Math.max(1, Math.min(n + by, Math.max(1, affordable))));
  return html`<section class="card stack" aria-labelledby="buy-title">
    <h2 id="buy-title">Buy tickets</h2>
    <div class="stepper">
      <button type="button" class="icon" aria-label="One less" onClick=${() => step(-1)} aria-disabled=${quantity <= 1}>−</button>
      <input type="number" aria-label="Tickets" min="1" max="1000000" inputmode="numeric" value=${quantity}
        onInput=${(event) => setQuantity(Math.max(1, Math.floor(Number(event.target.value) || 1)))} />
      <button type="button" class="icon" aria-label="One more" onClick=${() => step(1)} aria-disabled=${quantity >= affordable}>+</button>
    </div>
    <p class="row between"><span>${count(quantity * cost, "point")}</span><span class="soft small">your chance would be ${odds(Math.min(1, mine / (drawing.total_tickets + quantity)))}</span></p>
    <${Trouble} problem=${problem} />
    <${Button} kind="primary wide" busy=${busy} onClick=${buy} disabled=${quantity > affordable}>
      ${busy && !connected ? "Waiting for the connection" : quantity === 1 ? "Buy 1 ticket" : `Buy ${number(quantity)} tickets`}
    <//>
    ${affordable === 0 && html`<p class="small soft">A ticket costs ${count(cost, "point")}; you have ${number(balance ?? 0)}.</p>`}
  </section>`;
}

function Results({ id }) {
  const { api } = usePlayer();
  const { data, problem, reload } = useLoaded(() => api.get(`drawings/${id}/results`), [id]);
  if (problem) return html`<${Trouble} problem=${problem} retry=${reload} />`;
  if (!data) return html`<${Waiting} />`;
  return html`<section class="card stack" aria-labelledby="winners-title">
    ${data.my?.won && html`<p class="won">You won! 🎉 Your inbox says what comes next.</p>`}
    <h2 id="winners-title">Winners</h2>
    ${data.winners.length === 0 && html`<p class="soft">Nobody entered, so nobody won.</p>`}
    <ol class="winners">
      ${data.winners.map(
        (winner) => html`<li><span class="strong">${winner.display_name}</span><span class="small soft">${winner.prize_name}</span>
          <span class="small soft numbers">ticket ${number(winner.winning_ticket_number)}, held ${number(winner.tickets_held)}</span></li>`,
      )}
    </ol>
    <a class="button" href="/verify?drawing=${id}">Verify this draw</a>
  </section>`;
}
