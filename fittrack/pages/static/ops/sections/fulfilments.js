/** Prizes on their way, as a board by step; each card offers the steps that are possible. */

import { html, useState } from "/pages/lib/base.js";
import { ago, exactMoney, number, words } from "/pages/lib/format.js";
import { Button, Field, Trouble, Waiting, useAction, useLoaded } from "/pages/lib/ui.js";
import { useOps } from "../context.js";
import { FormDialog, Reason } from "../lists.js";

const STEPS = ["pending", "winner_notified", "address_invalid", "address_confirmed", "shipped", "delivered", "forfeited"];
const PER_STEP = 20;

/** What an admin may do in each step: `[action, label]`. The server decides; this only offers. */
const ACTIONS = {
  pending: [["notify", "Notify"]],
  winner_notified: [["deliver", "Delivered", "digital"], ["forfeit", "Forfeit"]],
  address_invalid: [["forfeit", "Forfeit"]],
  address_confirmed: [["ship", "Ship"], ["invalidate-address", "Address is wrong"], ["forfeit", "Forfeit"]],
  shipped: [["deliver", "Delivered"]],
  forfeited: [["redraw", "Redraw"], ["return", "Return"]],
  delivered: [],
};

export function Fulfilments() {
  const { api, tell } = useOps();
  const [year] = useState(new Date().getFullYear());
  const [csv, { busy, problem }] = useAction(() => api.download(`fulfillments/tax-totals.csv?year=${year}`, `tax-totals-${year}.csv`));
  const [round, setRound] = useState(0);
  const [doing, setDoing] = useState(null);
  const done = (text) => {
    tell({ title: text });
    setRound((n) => n + 1);
  };
  return html`<div class="view stack">
    <div class="row between"><h1>Prizes on their way</h1><${Button} kind="small" busy=${busy} onClick=${csv}>Tax totals ${year}, CSV<//></div>
    <${Trouble} problem=${problem} />
    <div class="lanes">${STEPS.map((step) => html`<${Lane} key=${step} step=${step} round=${round} act=${setDoing} done=${done} />`)}</div>
    ${doing && html`<${Step} ...${doing} onClose=${() => setDoing(null)} done=${done} />`}
  </div>`;
}

function Lane({ step, round, act, done }) {
  const { api, stepUp } = useOps();
  const { data, problem, reload } = useLoaded(() => api.get("fulfillments", { status: step, limit: PER_STEP, sort: "-updated_at" }), [step, round]);
  const [go, { busy, problem: refused }] = useAction(async (prize, action) => {
    await stepUp(() => api.post(`fulfillments/${prize.fulfillment_id}/${action}`));
    done(`${prize.prize_name}: ${words(action)}`);
  });
  return html`<section class="lane" aria-labelledby="lane-${step}">
    <h2 id="lane-${step}">${words(step)} <span class="soft numbers">${data ? number(data.pagination.total_items) : ""}</span></h2>
    <${Trouble} problem=${problem ?? refused} retry=${problem ? reload : undefined} />
    ${!data && !problem && html`<${Waiting} />`}
    <ul class="stack tight">
      ${data?.items.map(
        (prize) => html`<li key=${prize.fulfillment_id} class="card stack tight">
          <p class="strong">${prize.prize_name}</p>
          <p class="small"><a href="#/players/${prize.user_id}">${prize.display_name ?? "a deleted player"}</a> <span class="soft">${exactMoney(prize.value_usd)}, ${prize.fulfillment_type}</span></p>
          <p class="small soft">${prize.drawing_name} · ${ago(prize.updated_at)}</p>
          ${prize.on_hold && html`<p><span class="tag gold">held by a review</span></p>`}
          ${prize.tracking_number && html`<p class="small soft">${prize.carrier} ${prize.tracking_number}</p>`}
          <div class="row">
            ${ACTIONS[step]
              .filter(([, , only]) => !only || prize.fulfillment_type === only)
              .map(
                ([action, label]) => html`<${Button} kind="small" busy=${busy} onClick=${() => (FORMS[action] ? act({ prize, action }) : go(prize, action))}>${label}<//>`,
              )}
          </div>
        </li>`,
      )}
    </ul>
  </section>`;
}

const Carrier = ({ wrong }) => html`
  <${Field} label="Carrier" name="carrier" error=${wrong("carrier")} />
  <${Field} label="Tracking number" name="tracking_number" error=${wrong("tracking_number")} />
`;
const Cause = ({ wrong }) => html`
  <${Field} label="Cause" name="cause" as="select" error=${wrong("cause")}>
    <option value="unreachable">Unreachable</option><option value="declined">Declined</option><option value="disqualified">Disqualified</option>
  <//>
  <${Reason} wrong=${wrong} />
`;
const FORMS = {
  ship: { title: "Ship", submit: "Shipped", Body: Carrier },
  forfeit: { title: "Forfeit", submit: "Forfeit", danger: true, Body: Cause },
  "invalidate-address": { title: "Address is wrong", submit: "Send back", Body: Reason },
};

function Step({ prize, action, onClose, done }) {
  const { api, stepUp } = useOps();
  const { title, submit, danger, Body } = FORMS[action];
  const run = async (form) => {
    const given = Object.fromEntries(Object.entries(form).filter(([, value]) => value !== ""));
    await stepUp(() => api.post(`fulfillments/${prize.fulfillment_id}/${action}`, given));
    done(`${prize.prize_name}: ${submit}`);
  };
  return html`<${FormDialog} title="${title}: ${prize.prize_name}" submit=${submit} danger=${danger} action=${run} onClose=${onClose}>
    ${(wrong) => html`<${Body} wrong=${wrong} />`}
  <//>`;
}
