/** Figures by day, week or month, as charts and as CSV. */

import { html, useMemo, useState } from "/pages/lib/base.js";
import { exactMoney, number, words } from "/pages/lib/format.js";
import { Button, Trouble, Waiting, useAction, useLoaded } from "/pages/lib/ui.js";
import { useOps } from "../context.js";
import { Table } from "../lists.js";
import { Chart } from "../parts/chart.js";

const REPORTS = {
  registrations: ["registrations", "verified", "deleted"],
  activity: ["points_earned", "active_players", "steps", "active_minutes", "workouts"],
  drawings: ["tickets", "purchases", "points_spent", "points_refunded", "drawings", "winners", "prize_value_usd"],
};
const SPANS = [7, 30, 90, 365];
const CHART_HEIGHT_PX = 180;

export function Analytics() {
  const [days, setDays] = useState(30);
  const [period, setPeriod] = useState("day");
  const asked = { days, period };
  return html`<div class="view stack">
    <div class="row between">
      <h1>Analytics</h1>
      <div class="row">
        <div class="segments" role="group" aria-label="How far back">${SPANS.map((span) => html`<button type="button" aria-pressed=${days === span} onClick=${() => setDays(span)}>${span} days</button>`)}</div>
        <div class="segments" role="group" aria-label="By">${["day", "week", "month"].map((name) => html`<button type="button" aria-pressed=${period === name} onClick=${() => setPeriod(name)}>${words(name)}</button>`)}</div>
      </div>
    </div>
    <${Overview} asked=${asked} />
    ${Object.keys(REPORTS).map((report) => html`<${Report} key=${report} report=${report} asked=${asked} />`)}
  </div>`;
}

function Overview({ asked }) {
  const { api } = useOps();
  const { data, problem, reload } = useLoaded(() => api.get("admin/analytics/overview", asked), [asked.days, asked.period]);
  if (!data) return problem ? html`<${Trouble} problem=${problem} retry=${reload} />` : html`<${Waiting} />`;
  const figures = [
    ["Accounts", number(data.accounts.total)],
    ["Premium", number(data.accounts.premium)],
    ["Active today", number(data.active_players.today)],
    ["Active this week", number(data.active_players.this_week)],
    ["Points outstanding", number(data.points_outstanding)],
    ["Open reviews", number(data.open_reviews)],
  ];
  return html`<section class="card" aria-label="Overview">
    <dl class="figures">${figures.map(([name, value]) => html`<div><dt>${name}</dt><dd class="numbers">${value}</dd></div>`)}</dl>
  </section>`;
}

const isMoney = (name) => name.endsWith("_usd");
const shown = (name, value) => (isMoney(name) ? exactMoney(value) : number(value));
const called = (name) => (isMoney(name) ? words(name.replace("_usd", "")) : words(name));

function Report({ report, asked }) {
  const { api } = useOps();
  const [measure, setMeasure] = useState(REPORTS[report][0]);
  const { data, problem, reload } = useLoaded(() => api.get(`admin/analytics/${report}`, asked), [asked.days, asked.period]);
  const [csv, { busy, problem: refused }] = useAction(() =>
    api.download(`admin/analytics/${report}?${new URLSearchParams({ ...asked, format: "csv" })}`, `${report}-${data.from}-${data.to}.csv`),
  );
  const points = useMemo(() => data && pointsOf(data.items, measure), [data, measure]);
  return html`<section class="card stack" aria-labelledby="report-${report}">
    <div class="row between">
      <h2 id="report-${report}">${words(report)}</h2>
      <div class="row">
        <select aria-label="Measure of ${report}" value=${measure} onChange=${(event) => setMeasure(event.target.value)}>
          ${REPORTS[report].map((name) => html`<option value=${name}>${called(name)}</option>`)}
        </select>
        <${Button} kind="small" busy=${busy} disabled=${!data} onClick=${csv}>CSV<//>
      </div>
    </div>
    <${Trouble} problem=${problem ?? refused} retry=${problem ? reload : undefined} />
    ${!data && !problem && html`<${Waiting} />`}
    ${data && html`<${Chart} data=${points} series=${[{ label: called(measure) }]} height=${CHART_HEIGHT_PX} format=${(value) => shown(measure, value)} label="Chart of ${called(measure)} by ${asked.period}" />
      <dl class="figures">${Object.entries(data.totals).map(([name, value]) => html`<div><dt>${called(name)}</dt><dd class="numbers">${shown(name, value)}</dd></div>`)}</dl>
      <${AsTable} report=${report} items=${data.items} />`}
  </section>`;
}

/** The same figures for who reads rather than looks. */
function AsTable({ report, items }) {
  const [open, setOpen] = useState(false);
  const columns = [{ title: "From", show: (item) => item.period_start }, ...REPORTS[report].map((name) => ({ title: called(name), numeric: true, show: (item) => shown(name, item[name]) }))];
  return html`<details onToggle=${(event) => setOpen(event.target.open)}><summary class="small">As a table</summary>
    ${open && html`<${Table} label=${words(report)} columns=${columns} rows=${items} id="period_start" />`}
  </details>`;
}

/** As the chart wants them: the middle of each period in seconds, and the measure. */
function pointsOf(items, measure) {
  return [items.map((item) => Date.parse(`${item.period_start}T12:00:00Z`) / 1000), items.map((item) => Number(item[measure]))];
}
