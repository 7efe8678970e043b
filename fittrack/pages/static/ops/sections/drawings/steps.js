/** What may be done with a drawing in its state, each after a question. */

import { html, useState } from "/pages/lib/base.js";
import { count, number } from "/pages/lib/format.js";
import { Trouble, Waiting, useLoaded } from "/pages/lib/ui.js";
import { useOps } from "../../context.js";
import { Confirm } from "../../parts/form.js";
import { aboutOf } from "./about.js";
import { EnterBeacon, useAwaited } from "./beacon.js";

const ENTRIES_A_PAGE = 100;

const STEPS = {
  draft: ["schedule", "remove"],
  scheduled: ["open", "cancel"],
  open: ["close", "cancel"],
  closed: ["execute", "cancel"],
};

const LABELS = { schedule: "Schedule", remove: "Delete", open: "Open sales", close: "Close sales", execute: "Draw the winners", cancel: "Cancel the drawing", beacon: "Enter the round" };
const EDITABLE = new Set(["draft", "scheduled", "open"]);
const PRIMARY = new Set(["schedule", "open", "close", "execute"]);
const DANGER = new Set(["remove", "cancel"]);

const PLAIN = {
  schedule: "It is published with its commitment. A later change makes a new one.",
  open: "Sales open now. From then on only the description can change.",
  close: "Sales close now, before their time. All entries are then fixed, and their root is published.",
};

export function Steps({ drawing, etag }) {
  const [step, setStep] = useState(null);
  const { drawing_id: id, status } = drawing;
  const { awaited, problem, reload } = useAwaited(drawing);
  const steps = [...(STEPS[status] ?? []), ...(awaited ? ["beacon"] : [])];
  const close = () => setStep(null);
  if (steps.length === 0 && step === null) return null;
  const Question = { remove: Remove, execute: Execute, cancel: Cancel, beacon: EnterBeacon }[step] ?? Plain;
  return html`<div class="row" role="group" aria-label="What may be done now">
    ${steps.map(
      (name) => html`<button key=${name} type="button" class="button ${PRIMARY.has(name) ? "primary" : ""} ${DANGER.has(name) ? "danger" : ""}" onClick=${() => setStep(name)}>${LABELS[name]}</button>`,
    )}
    ${EDITABLE.has(status) && html`<a class="button" href="#/drawings/${id}/edit">Edit</a>`}
    <${Trouble} problem=${problem} retry=${reload} />
    ${step &&
    html`<${Question} step=${step} drawing=${drawing} awaited=${awaited} etag=${etag} about=${aboutOf(drawing)} disabled=${!steps.includes(step)} onClose=${close}>
      ${!steps.includes(step) && html`<p class="note" role="alert">The drawing is ${status} now: this can no longer be done.</p>`}
    <//>`}
  </div>`;
}

function Plain({ step, drawing, children, ...dialog }) {
  const { api, live } = useOps();
  const confirm = async () => live.know(await api.post(`drawings/${drawing.drawing_id}/${step}`));
  return html`<${Confirm} title="${LABELS[step]}?" submit=${LABELS[step]} onConfirm=${confirm} ...${dialog}><p>${PLAIN[step]}</p>${children}<//>`;
}

function Remove({ drawing, etag, children, ...dialog }) {
  const { api } = useOps();
  const confirm = async () => {
    await api.delete(`drawings/${drawing.drawing_id}`, { headers: { "If-Match": etag } });
    location.hash = "#/drawings";
  };
  return html`<${Confirm} title="Delete the draft?" submit="Delete" danger onConfirm=${confirm} ...${dialog}><p>${drawing.name} and its prizes will be gone for good.</p>${children}<//>`;
}

/** The draw follows from what was published; who starts it shows the second factor and types the name. */
function Execute({ drawing, children, ...dialog }) {
  const { api } = useOps();
  const confirm = () => api.post(`drawings/${drawing.drawing_id}/execute`);
  return html`<${Confirm} title="Draw the winners?" submit="Draw now" typed=${drawing.name} onConfirm=${confirm} ...${dialog}>
    <p>${count(drawing.total_tickets, "ticket")} of ${count(drawing.entrants, "player")} take part. A draw is final.</p>
    ${children}
  <//>`;
}

/** How many tickets were bought: all but those of free entries, which cost nothing. */
async function bought(api, drawing) {
  let free = 0;
  for (let page = 1, pages = 1; page <= pages; page += 1) {
    const { items, pagination } = await api.get(`drawings/${drawing.drawing_id}/free-entries`, { limit: ENTRIES_A_PAGE, page });
    free += items.reduce((sum, entry) => sum + entry.quantity, 0);
    pages = pagination.total_pages;
  }
  const { total_tickets: tickets, entrants } = await api.get(`drawings/${drawing.drawing_id}`);
  return { tickets: tickets - free, free, entrants };
}

function Cancel({ drawing, children, ...dialog }) {
  const { api, live } = useOps();
  const { data, problem, reload } = useLoaded(() => bought(api, drawing), [drawing.total_tickets]);
  const confirm = async (reason) => live.know(await api.post(`drawings/${drawing.drawing_id}/cancel`, { reason }));
  return html`<${Confirm} title="Cancel the drawing?" submit="Cancel and refund" reason danger onConfirm=${confirm} ...${dialog}>
    ${children}
    <${Trouble} problem=${problem} retry=${reload} />
    ${!data && !problem && html`<${Waiting} lines=${2} />`}
    ${data &&
    html`<dl class="figures refunds" aria-label="Refunds">
        <div><dt>Tickets bought</dt><dd class="numbers">${number(data.tickets)}</dd></div>
        <div><dt>Points per ticket</dt><dd class="numbers">${number(drawing.ticket_cost_points)}</dd></div>
        <div><dt>Points to refund</dt><dd class="numbers bad">${number(data.tickets * drawing.ticket_cost_points)}</dd></div>
      </dl>
      <p class="small soft">To ${count(data.entrants, "player")}${data.free > 0 ? `; ${count(data.free, "free ticket")} cost nothing` : ""}. It cannot be undone.</p>`}
  <//>`;
}
