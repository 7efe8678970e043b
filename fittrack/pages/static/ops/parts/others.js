/** Who else is doing what, as it happens. */

import { html } from "/pages/lib/base.js";
import { ago, words } from "/pages/lib/format.js";
import { useNow } from "/pages/lib/ui.js";
import { useLive, useOps } from "../context.js";

/** Milliseconds for which an action is news at the edge of the page. */
const NEWS_MS = 120_000;

/** `drawing.schedule` as `Drawing schedule`. */
export const deed = (action) => words(action.replaceAll(".", " ").replaceAll("-", " "));

/** What somebody else did last, if it was just now. */
export function LatestOfOthers() {
  const { actions } = useLive();
  const { live, session } = useOps();
  const now = useNow(live.now, 10_000);
  const latest = actions.find(({ actor }) => actor !== session.user?.email && actor !== "system");
  const isNews = latest && now - Date.parse(latest.at) < NEWS_MS;
  return html`<p class="others small soft" role="status">${isNews && html`<span class="strong">${latest.actor}</span> ${deed(latest.action)}`}</p>`;
}

/** What is being done to one thing, by whom, while somebody looks at it. */
export function Doings({ type, id }) {
  const { actions } = useLive();
  const { live, session } = useOps();
  const now = useNow(live.now, 10_000);
  const found = actions.filter((action) => action.entity_type === type && action.entity_id === id);
  if (found.length === 0) return null;
  return html`<section class="card stack tight" aria-label="What admins do here">
    <h2>Here and now</h2>
    <${Actions} actions=${found} now=${now} self=${session.user?.email} />
  </section>`;
}

/** A list of actions, the latest first. */
export function Actions({ actions, now, self }) {
  return html`<ul class="lines">
    ${actions.map(
      (action) => html`<li key=${action.audit_id}>
        <span><span class="strong">${deed(action.action)}</span>${action.reason && html` <span class="soft">“${action.reason}”</span>`}
          <span class="small soft">${action.actor === self ? "you" : action.actor}</span></span>
        <time class="small soft" datetime=${action.at}>${ago(action.at, now)}</time>
      </li>`,
    )}
  </ul>`;
}
