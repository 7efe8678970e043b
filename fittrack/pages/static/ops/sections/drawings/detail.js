/** One drawing as it stands: what it is, what may be done with it now, and how it was drawn. */

import { html, useEffect, useState } from "/pages/lib/base.js";
import { number, when } from "/pages/lib/format.js";
import { Trouble, Waiting, useLoaded } from "/pages/lib/ui.js";
import { useFollowed, useLive, useOps, useRounds } from "../../context.js";
import { Company, Doings } from "../../parts/others.js";
import { aboutOf, audience } from "./about.js";
import { Steps } from "./steps.js";
import { TONES, Timing } from "./board.js";
import { Drawn } from "./drawn.js";
import { FreeEntries } from "./free_entries.js";
import { Prizes } from "./prizes.js";

export function Detail({ id }) {
  const { api, live } = useOps();
  const { drawings } = useLive();
  const round = useRounds("drawing", "prize");
  const { data, problem, reload } = useLoaded(() => api.tagged(`drawings/${id}`), [id, round]);
  const [shownOver] = useState(() => live.state.drawings?.[id]?.status === "completed");
  useFollowed([id]);
  useEffect(() => {
    if (data) live.know(data.data);
  }, [data]);
  const drawing = drawings?.[id];
  if (problem && !drawing?.name) return html`<div class="view"><${Trouble} problem=${problem} retry=${reload} /></div>`;
  if (!drawing?.name) return html`<div class="view"><${Waiting} lines=${8} /></div>`;
  const { status } = drawing;
  const about = aboutOf(drawing);
  return html`<article class="view stack">
    <p><a class="back" href="#/drawings">‹ Drawings</a></p>
    <${Company} about=${about} />
    <header class="stack tight">
      <div class="row tight"><span class="tag">${drawing.drawing_type}</span><span class="tag ${TONES[status]}" role="status">${status}</span></div>
      <h1>${drawing.name}</h1>
      <p class="soft">${drawing.description}</p>
    </header>
    <${Steps} drawing=${drawing} etag=${data?.etag} />
    <div class="columns">
      <div class="stack"><${Facts} drawing=${drawing} /><${Doings} about=${about} /></div>
      <div class="stack">
        ${(status === "closed" || status === "completed") && html`<${Drawn} drawing=${drawing} atOnce=${shownOver} />`}
        <${Prizes} drawing=${drawing} />
        ${status !== "draft" && status !== "scheduled" && html`<${FreeEntries} drawing=${drawing} />`}
      </div>
    </div>
  </article>`;
}

function Facts({ drawing }) {
  const { status, sales_open: opens, eligibility, commit } = drawing;
  const fact = (name, value) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
  return html`<section class="card stack" aria-label="Standing">
    <p class="clock"><${Timing} drawing=${drawing} /></p>
    <dl class="figures">
      <div><dt>Tickets</dt><dd class="numbers">${number(drawing.total_tickets)}</dd></div>
      <div><dt>Players</dt><dd class="numbers">${number(drawing.entrants)}</dd></div>
      <div><dt>Points per ticket</dt><dd class="numbers">${number(drawing.ticket_cost_points)}</dd></div>
    </dl>
    <dl class="facts small">
      ${fact("Sales open", opens ? when(opens) : status === "draft" || status === "scheduled" ? "by hand" : "opened by hand")}
      ${fact("Sales close", when(drawing.ticket_sales_close))}
      ${fact("Draw", `${when(drawing.drawing_time)}, ${drawing.auto_execute ? "by itself" : "by hand"}`)}
      ${fact("For", audience(eligibility))}
      ${fact("Free tickets per person", number(drawing.free_tickets_per_person))}
      ${commit && fact("Commitment", html`<span class="mono">${commit}</span>`)}
      ${drawing.closing?.root && fact("Root of the entries", html`<span class="mono">${drawing.closing.root}</span>`)}
    </dl>
  </section>`;
}
