/** Making a draft, and changing what a drawing is. */

import { html } from "/pages/lib/base.js";
import { Trouble, Waiting, useLoaded } from "/pages/lib/ui.js";
import { useOps } from "../../context.js";
import { ChangedMeanwhile, Company } from "../../parts/others.js";
import { SchemaForm } from "../../parts/schema_form.js";
import { aboutOf } from "./about.js";
import { COST, KIND, START, TAKING_PART, edited, given, usual } from "./fields.js";

const FIELDS = [
  { name: "name", label: "Name" },
  KIND,
  COST,
  { name: "sales_open", label: "Sales open", hint: "Empty: you open it yourself" },
  usual({ name: "ticket_sales_close", label: "Sales close" }),
  usual({ name: "drawing_time", label: "Draw" }),
  ...TAKING_PART,
];

/** From the opening on only what is cosmetic can change (SPEC 5). */
const COSMETIC = FIELDS.filter(({ name }) => name === "description");
const EDITED = edited(FIELDS);

/** Says which time zone the instants of the form are in. */
const Zone = () => html`<p class="small soft">Times are in your time zone, ${Intl.DateTimeFormat().resolvedOptions().timeZone}.</p>`;

const go = (id) => (location.hash = `#/drawings/${id}`);

export function Draft() {
  const { api, live, tell } = useOps();
  const send = async (body) => {
    const drawing = await api.post("drawings", given(body));
    live.know(drawing);
    tell({ title: "Draft created", text: "Add prizes, then schedule it." });
    go(drawing.drawing_id);
  };
  return html`<div class="view stack">
    <p><a class="back" href="#/drawings">‹ Drawings</a></p>
    <h1>New drawing</h1>
    <section class="card stack"><${Zone} /><${SchemaForm} schema="NewDrawing" fields=${FIELDS} start=${START} kind="primary" submit="Create the draft" onSend=${send} /></section>
  </div>`;
}

export function Edit({ id }) {
  const { api, live, tell } = useOps();
  const { data, problem, reload } = useLoaded(() => api.tagged(`drawings/${id}`), [id]);
  if (problem) return html`<div class="view"><${Trouble} problem=${problem} retry=${reload} /></div>`;
  if (!data) return html`<div class="view"><${Waiting} lines=${8} /></div>`;
  const { data: drawing, etag } = data;
  const loose = drawing.status === "draft" || drawing.status === "scheduled";
  const send = async (body) => {
    live.know(await api.patch(`drawings/${id}`, body, { headers: { "If-Match": etag } }));
    tell({ title: "Saved", text: drawing.status === "scheduled" ? "The drawing has a new commitment." : undefined });
    go(id);
  };
  return html`<div class="view stack">
    <p><a class="back" href="#/drawings/${id}">‹ ${drawing.name}</a></p>
    <h1>Edit</h1>
    ${drawing.status === "scheduled" && html`<p class="note">It is scheduled: a change makes a new commitment, which is published.</p>`}
    ${!loose && html`<p class="note">Sales have opened: only the description can change.</p>`}
    <${Company} about=${aboutOf(drawing)} />
    <${ChangedMeanwhile} about=${aboutOf(drawing)} />
    <section class="card stack">${loose && html`<${Zone} />`}<${SchemaForm} schema="DrawingPatch" fields=${loose ? EDITED : COSMETIC} initial=${drawing} kind="primary" submit="Save" onSend=${send} /></section>
  </div>`;
}
