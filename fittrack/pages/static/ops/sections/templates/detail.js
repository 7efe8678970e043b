/** One template: what its drawings are like, what may be done with it, and what it makes next. */

import { html } from "/pages/lib/base.js";
import { count, number, onDay, when } from "/pages/lib/format.js";
import { Nothing, Trouble, Waiting, useLoaded } from "/pages/lib/ui.js";
import { useDoneTo, useLive, useOps } from "../../context.js";
import { Company, Doings } from "../../parts/others.js";
import { Status } from "../../parts/status.js";
import { audience } from "../drawings/about.js";
import { aboutOf } from "./about.js";
import { Prizes } from "./prizes.js";
import { Steps } from "./steps.js";

export function Detail({ id }) {
  const { api } = useOps();
  const { data, problem, reload } = useLoaded(() => api.tagged(`drawing-templates/${id}`), [id, useDoneTo(id)]);
  if (!data) return html`<div class="view">${problem ? html`<${Trouble} problem=${problem} retry=${reload} />` : html`<${Waiting} lines=${8} />`}</div>`;
  const { data: template, etag } = data;
  const about = aboutOf(template);
  return html`<article class="view stack">
    <p><a class="back" href="#/templates">‹ Templates</a></p>
    <${Company} about=${about} />
    <header class="stack tight">
      <div class="row tight"><span class="tag">${template.drawing_type}</span><span role="status"><${Status} value=${template.active ? "active" : "paused"} /></span></div>
      <h1>${template.name}</h1>
      <p class="soft">${template.description}</p>
    </header>
    <${Trouble} problem=${problem} retry=${reload} />
    <${Steps} template=${template} etag=${etag} onDone=${reload} />
    <div class="columns">
      <div class="stack"><${Facts} template=${template} /><${Prizes} template=${template} etag=${etag} onDone=${reload} /></div>
      <div class="stack"><${Coming} template=${template} /><${Doings} about=${about} /></div>
    </div>
  </article>`;
}

function Facts({ template }) {
  const fact = (name, value) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`;
  return html`<section class="card" aria-labelledby="facts-title">
    <h2 id="facts-title" class="unseen">Its drawings</h2>
    <dl class="facts small">
      ${fact("Points per ticket", number(template.ticket_cost_points))}
      ${fact("Made", `${count(template.lead_days, "day")} before its day`)}
      ${fact("Sales open", `${count(template.sales_open_hours, "hour")} before they close`)}
      ${fact("Draw", template.auto_execute ? "by itself" : "by hand")}
      ${fact("For", audience(template.eligibility))}
      ${fact("Free tickets per person", number(template.free_tickets_per_person))}
    </dl>
  </section>`;
}

function Coming({ template: { coming, active, lead_days: lead } }) {
  return html`<section class="card stack tight" aria-labelledby="coming-title">
    <h2 id="coming-title">Coming</h2>
    ${coming.length === 0 && html`<${Nothing} title="None">${active ? `Its next drawing is made ${count(lead, "day")} before its day.` : "It is paused."}<//>`}
    <ul class="lines">${coming.map((drawing) => html`<${Planned} key=${drawing.day} drawing=${drawing} />`)}</ul>
  </section>`;
}

/** A day; its drawing may come into being while it is shown, under the id that is known beforehand. */
function Planned({ drawing: { day, drawing_id: id, made, sales_open: opens, drawing_time: draws } }) {
  const known = useLive().drawings?.[id];
  const there = made || known?.name;
  return html`<li>
    <span>${there ? html`<a href="#/drawings/${id}">${onDay(day)}</a>` : html`<span class="strong">${onDay(day)}</span>`}
      <span class="small soft">${known?.name && html`${known.name} · `}sales open ${when(opens)}, draw ${when(draws)}</span></span>
    <span class="tag ${there ? "good" : ""}">${there ? "made" : "planned"}</span>
  </li>`;
}
