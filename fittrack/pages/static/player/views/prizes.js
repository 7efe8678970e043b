/** Prizes won and how far they are; an address is given here. */

import { html, useState } from "/pages/lib/base.js";
import { Form } from "/pages/lib/form.js";
import { money, when, words } from "/pages/lib/format.js";
import { Button, Dialog, Field, Nothing, Trouble, Waiting, useLoaded } from "/pages/lib/ui.js";
import { useLive, usePlayer } from "../context.js";

const WANTS_ADDRESS = new Set(["winner_notified", "address_invalid"]);

export function Prizes() {
  const { api } = usePlayer();
  const { inboxRound } = useLive();
  const { data, problem, reload } = useLoaded(() => api.get("fulfillments"), [inboxRound]);
  const [asking, setAsking] = useState(null);
  return html`<section class="card stack" aria-labelledby="won-title">
    <h2 id="won-title">My prizes</h2>
    <${Trouble} problem=${problem} retry=${reload} />
    ${!data && !problem && html`<${Waiting} />`}
    ${data?.items.length === 0 && html`<${Nothing} title="None yet">Every ticket is a chance.<//>`}
    <ul class="ledger">
      ${data?.items.map(
        (item) => html`<li key=${item.fulfillment_id}>
          <span>${item.prize_name}<span class="small soft">${words(item.status)}${item.tracking_number ? ` · ${item.carrier} ${item.tracking_number}` : ""} · ${when(item.updated_at ?? item.created_at)}</span></span>
          ${item.fulfillment_type === "physical" && WANTS_ADDRESS.has(item.status)
            ? html`<${Button} kind="small primary" onClick=${() => setAsking(item)}>Give address<//>`
            : html`<span class="numbers soft">${item.value_usd ? money(item.value_usd) : ""}</span>`}
        </li>`,
      )}
    </ul>
    ${asking && html`<${Address} prize=${asking} onClose=${() => setAsking(null)} onSaved=${reload} />`}
  </section>`;
}

function Address({ prize, onClose, onSaved }) {
  const { api } = usePlayer();
  const save = async (said) => {
    await api.post(`fulfillments/${prize.fulfillment_id}/confirm-address`, said);
    onSaved();
    onClose();
  };
  return html`<${Dialog} title="Where should it go?" onClose=${onClose}>
    <${Form} submit="Confirm" onSend=${save}>
      ${(wrong) => html`
        <p class="soft small">For ${prize.prize_name}. We erase the address 90 days after delivery.</p>
        <${Field} label="Street" name="street" autocomplete="street-address" required error=${wrong("street")} />
        <${Field} label="City" name="city" autocomplete="address-level2" required error=${wrong("city")} />
        <div class="two">
          <${Field} label="State" name="state" autocomplete="address-level1" maxlength="2" required error=${wrong("state")} hint="Two letters" />
          <${Field} label="ZIP code" name="zip_code" autocomplete="postal-code" inputmode="numeric" required error=${wrong("zip_code")} />
        </div>
      `}
    <//>
  <//>`;
}
