/** The second factor: shown when the API asks for it, set up when there is none. */

import { html, useLayoutEffect, useRef, useState } from "/pages/lib/base.js";
import { Form } from "/pages/lib/form.js";
import { Button, Dialog, Field } from "/pages/lib/ui.js";
import { useOps } from "../context.js";

class NotShown extends Error {
  constructor() {
    super("Nothing was done: the second factor was not shown.");
    this.code = "not-shown";
    this.fields = {};
  }
}

/** `{stepUp, asked}`: `asked` are the properties of the dialog while it is needed. */
export function useStepUp() {
  const [asked, setAsked] = useState(null);
  const stepUp = useRef(async (action) => {
    try {
      return await action();
    } catch (problem) {
      if (problem.code !== "mfa-required") throw problem;
    }
    await new Promise((resolve, reject) => setAsked({ onShown: resolve, onClose: () => reject(new NotShown()) })).finally(() =>
      setAsked(null),
    );
    return action();
  }).current;
  return { stepUp, asked };
}

export function SecondFactor({ onShown, onClose }) {
  const [step, setStep] = useState({ name: "show" });
  const go = (name, more = {}) => setStep({ name, ...more });
  const Step = { show: Show, enrol: Enrol, confirm: Confirm, keep: Keep }[step.name];
  const leave = step.name === "keep" ? onShown : onClose;
  const box = useRef(null);
  useLayoutEffect(() => box.current.querySelector("input, .button").focus(), [step.name]);
  return html`<${Dialog} title="Second factor" firm onClose=${leave}><div ref=${box}><${Step} ...${step} go=${go} onShown=${onShown} /></div><//>`;
}

function CodeForm({ send, label, submit, children }) {
  return html`<${Form} submit=${submit} codes=${{ "wrong-code": "code" }} onSend=${({ code }) => send(code.trim())}>
    ${(wrong) => html`
      ${children}
      <${Field} label=${label} name="code" autocomplete="one-time-code" required error=${wrong("code")} />
    `}
  <//>`;
}

function Show({ go, onShown }) {
  const { api } = useOps();
  const verify = async (code) => {
    try {
      await api.post("auth/mfa/verify", { code });
    } catch (problem) {
      if (problem.code !== "mfa-not-enrolled") throw problem;
      go("enrol");
      return;
    }
    onShown();
  };
  return html`<${CodeForm} send=${verify} label="Code" submit="Continue">
      <p>This needs the code of your authenticator app, or a recovery code. It counts for ten minutes.</p>
    <//>
    <p class="small aside"><button type="button" class="link" onClick=${() => go("enrol")}>I have no authenticator yet</button></p>`;
}

function Enrol({ go }) {
  const { api } = useOps();
  const enrol = async ({ password }) => go("confirm", await api.post("auth/mfa/enroll", { password }));
  return html`<${Form} label="Set up a second factor" submit="Set up" onSend=${enrol}>
    ${(wrong) => html`
      <p>You have no second factor yet. Set one up with an authenticator app; your password confirms that it is you.</p>
      <${Field} label="Your password" name="password" type="password" autocomplete="current-password" required error=${wrong("password")} />
    `}
  <//>`;
}

function Confirm({ secret, otpauth_uri: uri, go }) {
  const { api } = useOps();
  const confirm = async (code) => go("keep", { codes: (await api.post("auth/mfa/confirm", { code })).recovery_codes });
  return html`<${CodeForm} send=${confirm} label="First code" submit="Put it in force">
    <p>Type this secret into your authenticator app, or <a href=${uri}>open it there</a>. Then give the code that it shows.</p>
    <p class="secret mono" aria-label="Secret">${secret.match(/.{1,4}/g).join(" ")}</p>
  <//>`;
}

function Keep({ codes, onShown }) {
  return html`<div class="stack">
    <p>Your second factor is in force, and your other devices are signed out. Keep these recovery codes: each works once when the app is lost, and they are shown only now.</p>
    <ul class="codes mono">${codes.map((code) => html`<li>${code}</li>`)}</ul>
    <${Button} kind="primary wide" onClick=${onShown}>I have kept them<//>
  </div>`;
}
