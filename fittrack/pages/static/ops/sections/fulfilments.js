/** Prizes on their way, as a board by step; each card offers the steps that are possible. */

import { html, useState } from "/pages/lib/base.js";
import { ago, exactMoney, number, words } from "/pages/lib/format.js";
import { Button, Field, Trouble, Waiting, useAction, useLoaded } from "/pages/lib/ui.js";
import { useOps, useRounds } from "../context.js";
import { FormDialog, Reason } from "../parts/form.js";
import { Visitors } from "../parts/others.js";

const STEPS = ["pending", "winner_notified", "address_invalid", "address_confirmed", "shipped", "delivered", "forfeited"];
/** Prizes of a step at first, and at most. */
const PER_STEP = 10;
const PER_STEP_MAX = 100;

/** What an admin may do in each step, and for which kind of prize alone. The server decides; this only offers. */
const ACTIONS = {
  pending: [["notify"]],
  winner_notified: [["deliver", "digital"], ["forfeit"]],
  address_invalid: [["forfeit"]],
  address_confirmed: [["ship"], ["invalidate-address"], ["forfeit"]],
  shipped: [["deliver"]],
  forfeited: [["redraw"], ["return"]],
  delivered: [],
};

/** Each action: its button, and what its dialog says and asks. */
const DIALOGS = {
  notify: { label: "Notify", says: "The winner is told by email and in the inbox." },
  deliver: { label: "Mark delivered", says: "The winner has the prize. That is final." },
  ship: { label: "Ship", ask: shipping },
  forfeit: { label: "Forfeit", danger: true, ask: causes },
  "invalidate-address": { label: "Address is wrong", says: "The winner is asked for another address.", ask: (wrong) => html`<${Reason} wrong=${wrong} />` },
  redraw: { label: "Draw again", says: "The next alternate of the draw gets the prize." },
  return: { label: "Return", says: "The prize goes back, and nobody gets it." },
};

function shipping(wrong) {
  return html`
    <${Field} label="Carrier" name="carrier" error=${wrong("carrier")} />
    <${Field} label="Tracking number" name="tracking_number" error=${wrong("tracking_number")} />
  `;
}

function causes(wrong) {
  return html`
    <${Field} label="Cause" name="cause" as="select" error=${wrong("cause")}>
      <option value="unreachable">Unreachable</option><option value="declined">Declined</option><option value="disqualified">Disqualified</option>
    <//>
    <${Reason} wrong=${wrong} />
  `;
}

export function Fulfilments() {
  const { api } = useOps();
  const [year] = useState(new Date().getFullYear());
  const [csv, { busy, problem }] = useAction(() => api.download(`fulfillments/tax-totals.csv?year=${year}`, `tax-totals-${year}.csv`));
  const [doing, setDoing] = useState(null);
  return html`<div class="view wide stack">
    <div class="row between"><h1>Prizes on their way</h1><${Button} kind="small" busy=${busy} onClick=${csv}>Tax totals ${year}, CSV<//></div>
    <${Trouble} problem=${problem} />
    <div class="lanes" role="region" aria-label="Prizes by step" tabindex="0">${STEPS.map((step) => html`<${Lane} key=${step} step=${step} act=${setDoing} />`)}</div>
    ${doing && html`<${Step} ...${doing} onClose=${() => setDoing(null)} />`}
  </div>`;
}

function Lane({ step, act }) {
  const { api } = useOps();
  const [shown, setShown] = useState(PER_STEP);
  const round = useRounds("user", "drawing"); // what happens to a prize is on record with its winner or its drawing
  const { data, problem, reload } = useLoaded(() => api.get("fulfillments", { status: step, limit: shown, sort: "-updated_at" }), [step, shown, round]);
  return html`<section class="lane" aria-labelledby="lane-${step}">
    <h2 id="lane-${step}">${words(step)} <span class="soft numbers">${data ? number(data.pagination.total_items) : ""}</span></h2>
    <${Trouble} problem=${problem} retry=${reload} />
    ${!data && !problem && html`<${Waiting} />`}
    ${data?.items.length === 0 && html`<p class="small soft">None</p>`}
    <ul class="stack tight">${data?.items.map((prize) => html`<${Card} key=${prize.fulfillment_id} prize=${prize} act=${act} />`)}</ul>
    ${data?.pagination.total_items > shown && shown < PER_STEP_MAX && html`<${Button} kind="small" onClick=${() => setShown(Math.min(shown * 2, PER_STEP_MAX))}>Show more<//>`}
  </section>`;
}

function Card({ prize, act }) {
  const offered = ACTIONS[prize.status].filter(([, only]) => !only || prize.fulfillment_type === only);
  return html`<li class="card stack tight">
    <p class="strong">${prize.prize_name}</p>
    <p class="small"><a href="#/players/${prize.user_id}">${prize.display_name ?? "a deleted player"}</a> <span class="soft">${exactMoney(prize.value_usd)}, ${prize.fulfillment_type}</span></p>
    <p class="small soft">${prize.drawing_name} · ${ago(prize.updated_at)}</p>
    ${prize.on_hold && html`<p><span class="tag gold">Held by a review</span></p>`}
    ${prize.tracking_number && html`<p class="small soft">${prize.carrier} ${prize.tracking_number}</p>`}
    <${Visitors} about=${aboutOf(prize)} />
    <div class="row tight">
      ${offered.map(
        ([action]) => html`<button type="button" class="button small ${DIALOGS[action].danger ? "danger" : ""}" onClick=${() => act({ prize, action })}>${DIALOGS[action].label}</button>`,
      )}
    </div>
  </li>`;
}

const aboutOf = (prize) => ({ type: "fulfillment", id: prize.fulfillment_id });

function Step({ prize, action, onClose }) {
  const { api, tell } = useOps();
  const { label, danger, says, ask } = DIALOGS[action];
  const send = async (said) => {
    const given = Object.fromEntries(Object.entries(said).filter(([, value]) => value !== ""));
    await api.post(`fulfillments/${prize.fulfillment_id}/${action}`, given);
    tell({ title: label, text: `${prize.prize_name}, ${prize.display_name ?? "a deleted player"}` });
  };
  return html`<${FormDialog} title="${label}: ${prize.prize_name}" about=${aboutOf(prize)} submit=${label} danger=${danger} onSend=${send} onClose=${onClose}>
    ${(wrong) => html`
      <p>${prize.display_name ?? "A deleted player"} won it in ${prize.drawing_name}. ${says}</p>
      ${ask?.(wrong)}
    `}
  <//>`;
}
