/** The page around the views: balance, connection, navigation. */

import { html, useEffect } from "/pages/lib/base.js";
import { number } from "/pages/lib/format.js";
import { skipTo, useFocusOnArrival, useRoute } from "/pages/lib/ui.js";
import { useLive, usePlayer } from "../context.js";
import { Icon } from "./icons.js";

const PLACES = [
  ["today", "Today"],
  ["drawings", "Drawings"],
  ["boards", "Boards"],
  ["inbox", "Inbox"],
  ["me", "Me"],
];

export function Frame({ children }) {
  const { balance, unread } = useLive();
  const route = useRoute();
  const [page = "today"] = route;
  useFocusOnArrival(route);
  const title = PLACES.find(([name]) => name === page)?.[1] ?? "Today";
  useEffect(() => {
    document.title = `${title} · FitTrack`;
  }, [title]);
  return html`
    <a class="skip" href="#main" onClick=${skipTo("main")}>Skip to content</a>
    <header class="top">
      <a class="brand" href="#/today"><img src="/static/icon.svg" alt="" width="28" height="28" /><span>FitTrack</span></a>
      <p class="balance numbers" aria-live="polite">
        <span class="strong">${balance === null ? "…" : number(balance)}</span> <span class="soft small">points</span>
      </p>
    </header>
    <${Connection} />
    <main id="main" tabindex="-1">${children}</main>
    <nav class="tabs" aria-label="Pages">
      ${PLACES.map(
        ([name, label]) => html`<a href="#/${name}" aria-current=${page === name ? "page" : undefined}>
          <${Icon} name=${name} /><span>${label}</span>
          ${name === "inbox" && unread > 0 && html`<span class="count" aria-label="${unread} unread">${unread > 99 ? "99+" : unread}</span>`}
        </a>`,
      )}
    </nav>
    <footer class="foot small soft">
      <p>No purchase necessary. Points have no cash value. Every drawing can be <a href="/verify">verified</a>.</p>
      <p>For developers: <a href="/docs">REST API</a> · <a href="/docs/live">live protocol</a> · <a href="/problems">problems</a></p>
    </footer>
  `;
}

function Connection() {
  const { connected, stopped, waiting, balance } = useLive();
  const { session } = usePlayer();
  if (stopped && stopped.code !== 1000) {
    return html`<div class="connection bad" role="alert">
      <span>${stopped.code === 4504 ? "FitTrack is open in too many places. This one was closed." : "You were signed out."}</span>
      ${stopped.code === 4504
        ? html`<button class="button small" type="button" onClick=${() => location.reload()}>Use it here</button>`
        : html`<button class="button small" type="button" onClick=${() => session.signOut()}>Sign in again</button>`}
    </div>`;
  }
  if (connected || balance === null) return html`<div class="unseen" role="status">${connected ? "Connected" : ""}</div>`;
  return html`<div class="connection" role="status">
    Reconnecting… ${waiting > 0 ? html`<span class="strong">${waiting} waiting to be sent</span>` : "What you do now is sent later."}
  </div>`;
}
