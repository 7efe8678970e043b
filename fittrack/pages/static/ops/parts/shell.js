/** The page around the sections: navigation, connection, alerts, and who else is at work. */

import { html, useEffect, useState } from "/pages/lib/base.js";
import { LineIcon } from "/pages/lib/icon.js";
import { skipTo, useFocusOnArrival, useRoute } from "/pages/lib/ui.js";
import { useLive, useOps } from "../context.js";
import { PLACES, placeOf } from "../places.js";
import { LatestOfOthers } from "./others.js";

/** Where the sections stand beside the content, and no menu covers it (`ops.css`). */
const WIDE = matchMedia("(min-width: 60rem)");

export function Shell({ children }) {
  const route = useRoute();
  const [open, setOpen] = useState(false);
  const place = placeOf(route[0]);
  useFocusOnArrival(route);
  useEffect(() => {
    document.title = `${place.label} · FitTrack Ops`;
    setOpen(false);
  }, [route.join("/")]);
  useEffect(() => {
    if (!open) return undefined;
    const close = () => setOpen(false);
    const onKey = ({ key }) => key === "Escape" && close();
    addEventListener("keydown", onKey);
    WIDE.addEventListener("change", close);
    return () => {
      removeEventListener("keydown", onKey);
      WIDE.removeEventListener("change", close);
    };
  }, [open]);
  return html`
    ${!open && html`<a class="skip" href="#main" onClick=${skipTo("main")}>Skip to content</a>`}
    <header class="top">
      <button type="button" class="icon menu" aria-expanded=${open} aria-controls="places" aria-label="Menu" onClick=${() => setOpen(!open)}>
        <${LineIcon} path="M4 6h16M4 12h16M4 18h16" />
      </button>
      <a class="brand" href="#/overview"><img src="/static/icon.svg" alt="" width="28" height="28" /><span>FitTrack</span> <span class="tag">Ops</span></a>
      <${LatestOfOthers} />
      <${Standing} />
    </header>
    <div class="desk">
      <${Navigation} current=${place.name} open=${open} leave=${() => setOpen(false)} />
      <main id="main" tabindex="-1" inert=${open}><${Ended} />${children}</main>
    </div>
  `;
}

function Navigation({ current, open, leave }) {
  const { session } = useOps();
  return html`<nav id="places" class="places ${open ? "open" : ""}" aria-label="Sections">
    <ul>
      ${PLACES.map(
        ({ name, label, icon }) => html`<li key=${name}>
          <a href="#/${name}" aria-current=${name === current ? "page" : undefined} onClick=${leave}><${LineIcon} path=${icon} /><span>${label}</span></a>
        </li>`,
      )}
    </ul>
    <div class="who stack">
      <p class="small soft">Signed in as <span class="strong" title=${session.user?.email}>${session.user?.email}</span></p>
      <button type="button" class="button small" onClick=${() => session.signOut()}>Sign out</button>
    </div>
  </nav>`;
}

/** Whether the page is live, and how many alerts stand. */
function Standing() {
  const { connected, alerts } = useLive();
  return html`<p class="standing" role="status">
    ${alerts.length > 0 && html`<a class="tag bad" href="#/overview">${alerts.length} ${alerts.length === 1 ? "alert" : "alerts"}</a>`}
    <span class="tag ${connected ? "good" : "gold"}"><span class="dot" aria-hidden="true"></span>${connected ? "Live" : "Connecting…"}</span>
  </p>`;
}

/** The close code of a connection that made way for newer ones. */
const TOO_MANY = 4504;

function Ended() {
  const { stopped } = useLive();
  const { session } = useOps();
  if (!stopped || stopped.code === 1000) return null;
  return html`<div class="view ended"><div class="trouble" role="alert">
    <p>${stopped.code === TOO_MANY ? "The console is open in too many places, and this one is no longer live." : "The server ended this session."}</p>
    ${stopped.code === TOO_MANY
      ? html`<button type="button" class="button small" onClick=${() => location.reload()}>Use it here</button>`
      : html`<button type="button" class="button small" onClick=${() => session.signOut()}>Sign in again</button>`}
  </div></div>`;
}
