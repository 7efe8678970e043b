/** The account: profile, prizes, devices; out from here. */

import { html, useState } from "/pages/lib/base.js";
import { Form } from "/pages/lib/form.js";
import { ago, number } from "/pages/lib/format.js";
import { Button, Dialog, Trouble, Waiting, useAction, useLoaded } from "/pages/lib/ui.js";
import { usePlayer } from "../context.js";
import { ProfileFields, profileOf } from "./profile_fields.js";
import { Prizes } from "./prizes.js";

export function Me() {
  const { api, session } = usePlayer();
  const { data: me, problem, reload } = useLoaded(() => api.get("users/me"), []);
  const [editing, setEditing] = useState(false);
  if (problem) return html`<div class="view"><${Trouble} problem=${problem} retry=${reload} /></div>`;
  if (!me) return html`<div class="view"><${Waiting} lines=${8} /></div>`;
  return html`<div class="view two-columns">
    <div class="stack">
      <h1>${me.profile?.display_name ?? me.email}</h1>
      <section class="card stack">
        <div class="row"><span class="tag ${me.role === "premium" ? "gold" : ""}">${me.role}</span>${me.profile && html`<span class="tag">${me.profile.tier_name}</span>`}</div>
        <dl class="figures">
          <div><dt>Points earned</dt><dd class="numbers">${number(me.stats.total_points_earned)}</dd></div>
          <div><dt>Drawings entered</dt><dd class="numbers">${number(me.stats.drawings_entered)}</dd></div>
          <div><dt>Prizes won</dt><dd class="numbers">${number(me.stats.prizes_won)}</dd></div>
        </dl>
        <p class="small soft">${me.email} · since ${new Date(me.created_at).toLocaleDateString("en-US", { month: "long", year: "numeric" })}</p>
        <div class="row">
          ${me.profile && html`<${Button} onClick=${() => setEditing(true)}>Edit profile<//>`}
          <${Button} onClick=${() => session.signOut()}>Sign out<//>
        </div>
      </section>
      <${Sessions} />
    </div>
    <${Prizes} />
    ${editing && html`<${Edit} profile=${me.profile} onClose=${() => setEditing(false)} onSaved=${reload} />`}
  </div>`;
}

function Edit({ profile, onClose, onSaved }) {
  const { api, state } = usePlayer();
  const save = async (said) => {
    state.know(await api.put("users/me/profile", profileOf(said, profile)));
    onSaved();
    onClose();
  };
  return html`<${Dialog} title="Your profile" onClose=${onClose}>
    <${Form} submit="Save" onSend=${save}>${(wrong) => html`<${ProfileFields} profile=${profile} wrong=${wrong} />`}<//>
  <//>`;
}

function Sessions() {
  const { api } = usePlayer();
  const { data, problem, reload } = useLoaded(() => api.get("users/me/sessions"), []);
  const [end, { busy, problem: refused }] = useAction(async (id) => {
    await api.delete(`users/me/sessions/${id}`);
    reload();
  });
  return html`<section class="card stack" aria-labelledby="devices-title">
    <h2 id="devices-title">Signed in on</h2>
    <${Trouble} problem=${problem ?? refused} />
    <ul class="ledger">
      ${data?.items.map(
        (item) => html`<li key=${item.session_id}>
          <span>${browser(item.user_agent)}<span class="small soft">${item.current ? "this browser" : `used ${ago(item.last_used_at)}`}</span></span>
          ${!item.current && html`<${Button} kind="small" busy=${busy} onClick=${() => end(item.session_id)}>End<//>`}
        </li>`,
      )}
    </ul>
  </section>`;
}

/** The browser's name in a user agent, as well as it can be told. */
function browser(agent) {
  const found = /(Edg|OPR|Firefox|Chrome|Safari)\/(\d+)/.exec(agent ?? "");
  return found ? `${{ Edg: "Edge", OPR: "Opera" }[found[1]] ?? found[1]} ${found[2]}` : agent || "Unknown device";
}
