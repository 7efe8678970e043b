/** Making a template, and changing what the drawings of the coming days are like. */

import { html } from "/pages/lib/base.js";
import { Trouble, Waiting, useLoaded } from "/pages/lib/ui.js";
import { useOps } from "../../context.js";
import { ChangedMeanwhile, Company } from "../../parts/others.js";
import { SchemaForm } from "../../parts/schema_form.js";
import { COST, KIND, START, TAKING_PART, edited, given, usual } from "../drawings/fields.js";
import { aboutOf, asRead } from "./about.js";

const FIELDS = [
  { name: "name", label: "Name", hint: "May hold {weekday}, {month}, {day}, {year} and {date}, as the description may" },
  KIND,
  COST,
  usual({ name: "sales_open_hours", label: "Sales last, in hours" }),
  usual({ name: "lead_days", label: "Made so many days ahead" }),
  ...TAKING_PART,
];

/** The type decides which days a template has, so it stays. */
const EDITED = edited(FIELDS.filter((field) => field !== KIND));

const go = (id) => (location.hash = `#/templates/${id}`);

export function New() {
  const { api, tell } = useOps();
  const send = async (body) => {
    const template = await api.post("drawing-templates", { ...given(body), active: false });
    tell({ title: "Template created", text: "Add prizes, then activate it." });
    go(template.template_id);
  };
  return html`<div class="view stack">
    <p><a class="back" href="#/templates">‹ Templates</a></p>
    <h1>New template</h1>
    <section class="card"><${SchemaForm} schema="NewTemplate" fields=${FIELDS} start=${START} kind="primary" submit="Create the template" onSend=${send} /></section>
  </div>`;
}

export function Edit({ id }) {
  const { api, tell } = useOps();
  const { data, problem, reload } = useLoaded(() => api.tagged(`drawing-templates/${id}`), [id]);
  if (problem) return html`<div class="view"><${Trouble} problem=${problem} retry=${reload} /></div>`;
  if (!data) return html`<div class="view"><${Waiting} lines=${8} /></div>`;
  const { data: template, etag } = data;
  const about = aboutOf(template);
  const send = async (body) => {
    await api.patch(`drawing-templates/${id}`, body, asRead(etag));
    tell({ title: "Saved" });
    go(id);
  };
  return html`<div class="view stack">
    <p><a class="back" href="#/templates/${id}">‹ ${template.name}</a></p>
    <h1>Edit</h1>
    <p class="note">Drawings that were made stay as they are.</p>
    <${Company} about=${about} />
    <${ChangedMeanwhile} about=${about} />
    <section class="card"><${SchemaForm} schema="TemplatePatch" fields=${EDITED} initial=${template} kind="primary" submit="Save" onSend=${send} /></section>
  </div>`;
}
