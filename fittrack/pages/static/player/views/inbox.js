/** What FitTrack had to say; opening it marks it as read. */

import { Stopped } from "/client/client.js";
import { html, useState } from "/pages/lib/base.js";
import { ago } from "/pages/lib/format.js";
import { Button, Nothing, Trouble, Waiting, useAction, useLoaded } from "/pages/lib/ui.js";
import { useLive, usePlayer } from "../context.js";

const PAGE = 30;

export function Inbox() {
  const { api, state } = usePlayer();
  const { inboxRound, unread } = useLive();
  const [shown, setShown] = useState(PAGE);
  const { data, problem, reload } = useLoaded(() => api.get("notifications", { limit: Math.min(shown, 100) }), [inboxRound, shown]);
  const [readAll, { busy, problem: refused }] = useAction(async () => {
    const upTo = state.client.positions.inbox;
    try {
      const { unread: left } = await state.command((client) => client.readInbox(upTo));
      state.set({ unread: left });
      reload();
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    }
  });
  return html`<div class="view stack narrow">
    <div class="row between"><h1>Inbox</h1>${unread > 0 && html`<${Button} kind="small" busy=${busy} onClick=${readAll}>Mark all as read<//>`}</div>
    <${Trouble} problem=${problem ?? refused} retry=${problem ? reload : undefined} />
    ${!data && !problem && html`<${Waiting} lines=${6} />`}
    ${data?.items.length === 0 && html`<${Nothing} title="Nothing yet">Wins, bonuses and news about your prizes arrive here.<//>`}
    <ul class="stack tight">
      ${data?.items.map((item) => html`<li key=${item.notification_id}><${Notice} item=${item} /></li>`)}
    </ul>
    ${data && data.pagination.total_items > shown && shown < 100 && html`<${Button} onClick=${() => setShown(shown + PAGE)}>Show more<//>`}
  </div>`;
}

function Notice({ item }) {
  const about = item.reference_type === "drawing" ? `#/drawings/${item.reference_id}` : null;
  return html`<article class="card notice ${item.read ? "" : "new"} ${item.notification_type === "winner_selected" ? "gold" : ""}">
    <div class="row between"><h2>${item.title}</h2><time class="small soft" datetime=${item.created_at}>${ago(item.created_at)}</time></div>
    <p>${item.body}</p>
    ${about && html`<p class="small"><a href=${about}>See the drawing</a></p>`}
    ${!item.read && html`<span class="unseen">Unread</span>`}
  </article>`;
}
