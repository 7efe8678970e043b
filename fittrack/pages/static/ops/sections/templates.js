/** Templates, from which drawings are made by themselves: the list, and below it one template and its form. */

import { html } from "/pages/lib/base.js";
import { number, onDay } from "/pages/lib/format.js";
import { useRounds } from "../context.js";
import { Choice, List, useList } from "../lists.js";
import { Status } from "../parts/status.js";
import { Detail } from "./templates/detail.js";
import { Edit, New } from "./templates/edit.js";

const COLUMNS = [
  { title: "Name", show: (row) => row.name },
  { title: "Type", show: (row) => row.drawing_type },
  { title: "State", show: (row) => html`<${Status} value=${row.active ? "active" : "paused"} />` },
  { title: "Prizes", numeric: true, show: (row) => number(row.prizes.reduce((sum, prize) => sum + prize.quantity, 0)) },
  { title: "Next", show: (row) => (row.next_days.length > 0 ? row.next_days.map((day) => html`<div key=${day}>${onDay(day)}</div>`) : "—") },
];

export function Templates({ path: [id, page] }) {
  if (id === undefined) return html`<${Found} />`;
  if (id === "new") return html`<${New} />`;
  return page === "edit" ? html`<${Edit} key=${id} id=${id} />` : html`<${Detail} key=${id} id=${id} />`;
}

function Found() {
  const list = useList("drawing-templates", {}, useRounds("drawing_template"));
  return html`<div class="view stack">
    <div class="row between"><h1>Templates</h1><a class="button primary" href="#/templates/new">New template</a></div>
    <div class="row filters">
      <${Choice} list=${list} name="type" label="Type" values=${["daily", "weekly", "monthly", "annual"]} />
      <${Choice} list=${list} name="active" label="State" values=${[["true", "Active"], ["false", "Paused"]]} />
    </div>
    <${List} list=${list} label="Templates" columns=${COLUMNS} id="template_id" open=${(row) => (location.hash = `#/templates/${row.template_id}`)} nothing="No templates yet" />
  </div>`;
}
