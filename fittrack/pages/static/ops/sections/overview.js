/** How the server is, now and over the last minutes: figures, alerts, what admins do, nodes. */

import { html, useMemo } from "/pages/lib/base.js";
import { ago, number } from "/pages/lib/format.js";
import { Nothing, Trouble, Waiting, useNow } from "/pages/lib/ui.js";
import { useLive, useOps } from "../context.js";
import { Table } from "../lists.js";
import { Chart } from "../parts/chart.js";
import { Actions } from "../parts/others.js";
import { SHOWN_S } from "../state.js";

const CHART_HEIGHT = 110;
const ACTIONS_SHOWN = 12;

const precise = new Intl.NumberFormat("en-US", { maximumFractionDigits: 1 });
const rate = (value) => precise.format(value);

const FIGURES = [
  { name: "connections", label: "Connections", show: number },
  { name: "actors", label: "Actors in memory", show: number },
  { name: "messages_per_s", label: "Messages a second", show: rate },
  { name: "purchases_per_s", label: "Purchases a second", show: rate, kind: "gold" },
  { name: "errors_per_s", label: "Errors a second", show: rate, kind: "bad" },
  { name: "loop_lag_ms", label: "Event loop late, ms", show: rate, kind: "info" },
];

export function Overview() {
  const { figures, history, refused } = useLive();
  return html`<div class="view stack">
    <h1>Overview</h1>
    ${figures
      ? html`<ul class="tiles">${FIGURES.map((figure) => html`<li key=${figure.name}><${Tile} ...${figure} value=${figures[figure.name]} history=${history} /></li>`)}</ul>`
      : refused
        ? html`<${Trouble} problem=${refused} retry=${() => location.reload()} />`
        : html`<${Waiting} lines=${6} />`}
    <div class="columns">
      <${Alerts} />
      <${Latest} />
    </div>
    ${figures && html`<${Nodes} figures=${figures} />`}
  </div>`;
}

function Tile({ name, label, value, show, kind = "accent", history }) {
  const data = useMemo(() => [history.map(({ at }) => at / 1000), history.map((figures) => figures[name])], [history]);
  const series = useMemo(() => [{ label, kind }], []);
  return html`<section class="card tile" aria-label=${label}>
    <p class="row between"><span class="small soft">${label}</span><span class="figure numbers ${kind === "bad" && value > 0 ? "bad" : ""}">${show(value)}</span></p>
    <${Chart} compact data=${data} series=${series} format=${show} height=${CHART_HEIGHT} label="${label} over the last ${SHOWN_S / 60} minutes" />
  </section>`;
}

const SEVERITIES = { critical: "bad", warning: "gold", info: "" };

function Alerts() {
  const { alerts } = useLive();
  const { live } = useOps();
  const now = useNow(live.now, 10_000);
  return html`<section class="card stack tight" aria-labelledby="alerts-title">
    <h2 id="alerts-title">Alerts</h2>
    ${alerts.length === 0 && html`<${Nothing} title="All is well">Alerts come here by themselves, and go when they are over.<//>`}
    <ul class="lines" aria-live="polite">
      ${alerts.map(
        ({ code, subject, severity, detail, at }) => html`<li key="${code} ${subject}">
          <span><span class="tag ${SEVERITIES[severity]}">${severity}</span> ${detail}</span>
          <time class="small soft" datetime=${at}>${ago(at, now)}</time>
        </li>`,
      )}
    </ul>
  </section>`;
}

function Latest() {
  const { actions } = useLive();
  const { live, session } = useOps();
  const now = useNow(live.now, 10_000);
  return html`<section class="card stack tight" aria-labelledby="latest-title">
    <h2 id="latest-title">What admins do</h2>
    ${actions.length === 0 && html`<${Nothing} title="Nothing yet" />`}
    <${Actions} actions=${actions.slice(0, ACTIONS_SHOWN)} now=${now} self=${session.user?.email} linked />
  </section>`;
}

const NODE = [
  { title: "Node", show: ({ node }) => html`<code>${node}</code>` },
  ...[
    ["connections", "Connections", number],
    ["actors", "Actors", number],
    ["messages_per_s", "Messages/s", rate],
    ["commands_per_s", "Commands/s", rate],
    ["errors_per_s", "Errors/s", rate],
    ["journal_batch_ms", "Journal batch, ms", rate],
    ["loop_lag_ms", "Loop late, ms", rate],
  ].map(([name, title, show]) => ({ title, numeric: true, show: (node) => show(node[name]) })),
];

function Nodes({ figures }) {
  return html`<section class="stack tight" aria-labelledby="nodes-title">
    <h2 id="nodes-title">${figures.nodes === 1 ? "One node" : `${number(figures.nodes)} nodes`}</h2>
    <${Table} label="Nodes" columns=${NODE} rows=${figures.by_node} id="node" />
  </section>`;
}
