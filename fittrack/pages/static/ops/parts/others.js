/**
 * Who else is doing what, as it happens.
 *
 * A thing is `{type, id, also?}`: `type` as the channel `ops` names it, `also` are ids of what belongs to it.
 */

import { html, useEffect, useRef } from "/pages/lib/base.js";
import { ago } from "/pages/lib/format.js";
import { useStore } from "/pages/lib/store.js";
import { useNow } from "/pages/lib/ui.js";
import { useLive, useOps } from "../context.js";
import { deed, placeOfThing } from "./deeds.js";

/** Milliseconds for which an action is news at the edge of the page. */
const NEWS_MS = 120_000;

/** Milliseconds between looks at the clock. */
const LOOK_MS = 5_000;

const enumerated = new Intl.ListFormat("en-US", { type: "conjunction" });

const isAbout = ({ type, id, also = [] }) => (action) =>
  (action.entity_type === type && action.entity_id === id) || action.part === id || also.includes(action.entity_id);

/** What was done to a thing, the latest first. */
function useDoings(about) {
  return useLive().actions.filter(isAbout(about));
}

/** Emails of the others who have a thing open. */
function useOthersAt(about) {
  const { looking, session } = useOps();
  useStore(looking);
  useNow(Date.now, LOOK_MS);
  return looking.at(about).filter((actor) => actor !== session.user?.email);
}

/** What somebody else did last, if it was just now. */
export function LatestOfOthers() {
  const { actions } = useLive();
  const { live, session } = useOps();
  const now = useNow(live.now, LOOK_MS);
  const latest = actions.find(({ actor }) => actor !== session.user?.email && actor !== "system");
  const isNews = latest && now - Date.parse(latest.at) < NEWS_MS;
  return html`<p class="others small soft" role="status">${isNews && html`<span class="strong">${latest.actor}</span> ${deed(latest.action)}`}</p>`;
}

/** Says who else has this thing open, and tells them that it is open here. */
export function Company({ about }) {
  const { looking } = useOps();
  const others = useOthersAt(about);
  useEffect(() => looking.open(about), [about.type, about.id]);
  return html`<p class="company small" role="status">
    ${others.length > 0 && html`<span class="dot" aria-hidden="true"></span><span><span class="strong">${enumerated.format(others)}</span> ${others.length === 1 ? "has" : "have"} this open, too</span>`}
  </p>`;
}

/** The same on a card that is one of many, which is not open itself. */
export function Visitors({ about }) {
  const others = useOthersAt(about);
  if (others.length === 0) return null;
  return html`<span class="company small"><span class="dot" aria-hidden="true"></span><span>${enumerated.format(others)} ${others.length === 1 ? "looks" : "look"} at this</span></span>`;
}

/** Warns when somebody else did something to a thing since this was opened. */
export function ChangedMeanwhile({ about }) {
  const { session } = useOps();
  const doings = useDoings(about).filter(({ actor }) => actor !== session.user?.email);
  const before = useRef(null);
  before.current ??= new Set(doings.map((action) => action.audit_id));
  const found = doings.filter((action) => !before.current.has(action.audit_id));
  return html`<div role="alert">
    ${found.length > 0 &&
    html`<p class="note">${found.map((action) => html`<span><span class="strong">${nameOf(action)}</span> ${deed(action.action)} while this was open. </span>`)}Look again before you go on.</p>`}
  </div>`;
}

/** What is being done to one thing, by whom, while somebody looks at it. */
export function Doings({ about }) {
  const { live, session } = useOps();
  const doings = useDoings(about);
  const now = useNow(live.now, LOOK_MS);
  if (doings.length === 0) return null;
  return html`<section class="card stack tight" aria-label="What was done here lately">
    <h2>Done here lately</h2>
    <${Actions} actions=${doings} now=${now} self=${session.user?.email} />
  </section>`;
}

const nameOf = ({ actor }, self) => (actor === self ? "You" : actor === "system" ? "The system" : actor);

/** A list of actions, the latest first; `linked` leads to what they were done to. */
export function Actions({ actions, now, self, linked = false }) {
  const { drawings } = useLive();
  const what = ({ action, entity_type: type, entity_id: id }) => {
    const [place, name] = linked ? [placeOfThing(type, id), drawings?.[id]?.name] : [];
    if (!place) return deed(action);
    return name ? html`${deed(action)}: <a href=${place}>${name}</a>` : html`<a href=${place}>${deed(action)}</a>`;
  };
  return html`<ul class="lines">
    ${actions.map(
      (action) => html`<li key=${action.audit_id}>
        <span><span class="strong">${nameOf(action, self)}</span> ${what(action)}${action.reason && html`<span class="small soft">“${action.reason}”</span>`}</span>
        <time class="small soft" datetime=${action.at}>${ago(action.at, now)}</time>
      </li>`,
    )}
  </ul>`;
}
