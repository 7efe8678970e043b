/** The round of a public beacon, entered by hand: for a closed drawing that waits, when the round cannot be fetched. */

import { html, useState } from "/pages/lib/base.js";
import { number, when } from "/pages/lib/format.js";
import { useLoaded, useNow } from "/pages/lib/ui.js";
import { chosenRound, timeOfRound } from "/pages/verify/rounds.js";
import { useOps } from "../../context.js";
import { AboutDialog } from "../../parts/form.js";
import { SchemaForm } from "../../parts/schema_form.js";

const FIELDS = [
  { name: "round", label: "Round" },
  { name: "signature", label: "Signature", hint: "96 hexadecimal digits" },
];

const CODES = { "beacon-not-genuine": "signature" };

/** The round that decides, as rules and close have it; null where no beacon was promised. */
async function deciding(api, id, closedAt) {
  const { beacon } = await api.get(`drawings/${id}/draw-rules`);
  if (beacon === null) return null;
  return { chain: beacon.chain, round: chosenRound([beacon.round, ...beacon.fallback_rounds], Date.parse(closedAt)) };
}

/** The round that a drawing waits for, from its time on: `{awaited, problem, reload}`. */
export function useAwaited({ drawing_id: id, status, closing, drawing_time: draws }) {
  const { api, live } = useOps();
  const isDue = useNow(live.now) >= Date.parse(draws);
  const closedAt = status === "closed" ? closing?.closed_at : undefined;
  const { data, problem, reload } = useLoaded(async () => (closedAt ? deciding(api, id, closedAt) : null), [id, closedAt]);
  return { awaited: isDue ? data : null, problem, reload };
}

/** Asks for the round; the draw follows at once. */
export function EnterBeacon({ drawing, awaited, disabled, children, onClose, about }) {
  const { api } = useOps();
  const [{ chain, round }] = useState(awaited); // it stays to be seen when the drawing waits no more
  const send = async (body) => {
    await api.post(`drawings/${drawing.drawing_id}/beacon`, body);
    onClose();
  };
  return html`<${AboutDialog} title="Enter the round?" about=${about} onClose=${onClose}>
    <div class="stack">
      <p>Round <span class="numbers">${number(round)}</span> decides this drawing. It was published at ${when(timeOfRound(round))},
        with its signature: <a href="https://api.drand.sh/${chain}/public/${round}" target="_blank" rel="noopener">see it at drand</a>. No other is taken, and the draw is final.</p>
      ${children}
      <${SchemaForm} schema="EnteredBeacon" fields=${FIELDS} start=${{ round }} codes=${CODES} disabled=${disabled} submit="Draw with it" onSend=${send} />
    </div>
  <//>`;
}
