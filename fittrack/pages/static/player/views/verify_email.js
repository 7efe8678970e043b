/** The code that was sent to one's address, typed in; sent again when it did not come. */

import { problemOf, request } from "/pages/lib/api.js";
import { html, useState } from "/pages/lib/base.js";
import { Form } from "/pages/lib/form.js";
import { Field, Trouble, useAction } from "/pages/lib/ui.js";

/** Post to `auth/…` without being signed in. Rejects with `Problem`. */
export async function send(path, body) {
  const response = await request("POST", `auth/${path}`, { body });
  if (!response.ok) throw await problemOf(response);
  return response.json();
}

/**
 * @param {object} props
 * @param {string} [props.code] the one that a link brought
 * @param {() => Promise<any>} props.onVerified the address is verified
 * @param {any} props.children stands beside "Send it again"
 */
export function VerifyEmail({ email, code, onVerified, children }) {
  const [sent, setSent] = useState(false);
  const verify = async ({ token }) => {
    await send("verify-email", { token: token.trim() });
    await onVerified();
  };
  const [again, { busy, problem }] = useAction(async () => {
    await send("resend-verification", { email });
    setSent(true);
  });
  return html`<${Form} label="Verify your address" submit="Verify" onSend=${verify}>
      ${(wrong) => html`
        <p>We sent a code to <span class="strong">${email}</span>. ${code ? "Here it is." : "Paste it here."}</p>
        <${Field} label="Code" name="token" autocomplete="one-time-code" required defaultValue=${code} error=${wrong("token")} />
      `}
    <//>
    <${Trouble} problem=${problem} />
    <p role="status" class="small good">${sent && "Another code is on its way."}</p>
    <p class="row between small">
      <button type="button" class="link" onClick=${again}>${busy ? "Sending…" : "Send it again"}</button>
      ${children}
    </p>`;
}
