/** Before anybody is signed in: sign in, register, verify the address, choose a new password. */

import { request, problemOf } from "/pages/lib/api.js";
import { html, useEffect, useState } from "/pages/lib/base.js";
import { deviceId } from "/pages/lib/session.js";
import { Button, Field, Trouble, useAction } from "/pages/lib/ui.js";

const STATES =
  "AL AK AZ AR CA CO CT DE DC GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NC ND OH OK OR PA SC SD TN TX UT VT VA WA WV WI WY".split(" ");

/** Post without being signed in. Rejects with `Problem`. */
async function send(path, body) {
  const response = await request("POST", `auth/${path}`, { body });
  if (!response.ok) throw await problemOf(response);
  return response.json();
}

export function SignIn({ session }) {
  const [step, setStep] = useState({ name: "in" });
  const go = (name, more = {}) => setStep({ name, ...more });
  const Step = { in: Enter, register: Register, verify: Verify, forgot: Forgot, reset: Reset }[step.name];
  useEffect(() => {
    document.title = "Sign in · FitTrack";
  }, []);
  return html`<main class="welcome">
    <section class="pitch">
      <img src="/static/icon.svg" alt="" width="56" height="56" />
      <h1>Move. Earn. Win.</h1>
      <p>Points for tracked workouts, tickets for points, and drawings that anybody can verify.</p>
    </section>
    <section class="card stack"><${Step} ...${step} session=${session} go=${go} /></section>
    <p class="small soft legal">
      18 or older, eligible US states. No purchase necessary. <a href="/verify">Verify a drawing</a> · <a href="/docs">API</a> · <a href="/ops">Operators</a>
    </p>
  </main>`;
}

function Form({ action, title, children, submit, problem, busy }) {
  const onSubmit = (event) => {
    event.preventDefault();
    action(Object.fromEntries(new FormData(event.target)), event.target);
  };
  const general = problem && Object.keys(problem.fields ?? {}).length === 0 ? problem : null;
  return html`<h2>${title}</h2>
    <form class="stack" onSubmit=${onSubmit} novalidate>
      <${Trouble} problem=${general} />
      ${children}
      <${Button} type="submit" kind="primary wide" busy=${busy}>${submit}<//>
    </form>`;
}

const Link = ({ onClick, children }) => html`<button type="button" class="link" onClick=${onClick}>${children}</button>`;

function Enter({ session, go, email = "", note }) {
  const [enter, { busy, problem }] = useAction((form) => session.signIn(form.email, form.password));
  return html`
    ${note && html`<p class="note" role="status">${note}</p>`}
    <${Form} title="Sign in" submit="Sign in" action=${enter} busy=${busy} problem=${problem}>
      <${Field} label="Email" name="email" type="email" autocomplete="username" required value=${email} error=${problem?.fields?.email} />
      <${Field} label="Password" name="password" type="password" autocomplete="current-password" required error=${problem?.fields?.password} />
    <//>
    <p class="row between small">
      <${Link} onClick=${() => go("register")}>New here? Create an account<//>
      <${Link} onClick=${() => go("forgot")}>Forgot password?<//>
    </p>
  `;
}

function Register({ session, go }) {
  const [register, { busy, problem }] = useAction(async (form) => {
    await send("register", {
      email: form.email,
      password: form.password,
      date_of_birth: form.date_of_birth,
      state: form.state,
      accepted_terms: form.accepted_terms === "on",
      accepted_rules: form.accepted_rules === "on",
      device_id: deviceId(),
    });
    go("verify", { email: form.email, password: form.password });
  });
  const wrong = problem?.fields ?? {};
  return html`<${Form} title="Create an account" submit="Create account" action=${register} busy=${busy} problem=${problem}>
      <${Field} label="Email" name="email" type="email" autocomplete="username" required error=${wrong.email} />
      <${Field} label="Password" name="password" type="password" autocomplete="new-password" required error=${wrong.password}
        hint="12 characters or more, with upper and lower case, a digit and a special character" />
      <${Field} label="Date of birth" name="date_of_birth" type="date" autocomplete="bday" required error=${wrong.date_of_birth} />
      <${Field} label="State" name="state" as="select" required error=${wrong.state}>
        <option value="">Choose…</option>
        ${STATES.map((state) => html`<option>${state}</option>`)}
      <//>
      <${Consent} name="accepted_terms" error=${wrong.accepted_terms}>I accept the terms of service<//>
      <${Consent} name="accepted_rules" error=${wrong.accepted_rules}>I accept the sweepstakes rules<//>
    <//>
    <p class="small"><${Link} onClick=${() => go("in")}>I have an account<//></p>`;
}

function Consent({ name, error, children }) {
  return html`<div>
    <label class="check"><input type="checkbox" name=${name} aria-invalid=${error ? "true" : undefined} /><span>${children}</span></label>
    ${error && html`<p class="error small bad">${error}</p>`}
  </div>`;
}

function Verify({ session, go, email, password }) {
  const [verify, { busy, problem }] = useAction(async (form) => {
    await send("verify-email", { token: form.token.trim() });
    if (password) await session.signIn(email, password);
    else go("in", { email, note: "Your address is verified. Sign in to begin." });
  });
  const [again, resent] = useAction(() => send("resend-verification", { email }));
  return html`<${Form} title="Check your mail" submit="Verify" action=${verify} busy=${busy} problem=${problem}>
      <p>We sent a code to <span class="strong">${email}</span>. Paste it here.</p>
      <${Field} label="Code" name="token" autocomplete="one-time-code" required error=${problem?.fields?.token} />
    <//>
    <p class="row between small">
      <${Link} onClick=${again}>${resent.busy ? "Sending…" : "Send it again"}<//>
      <${Link} onClick=${() => go("in", { email })}>Later<//>
    </p>`;
}

function Forgot({ go }) {
  const [ask, { busy, problem }] = useAction(async (form) => {
    await send("forgot-password", { email: form.email });
    go("reset", { email: form.email });
  });
  return html`<${Form} title="Forgot your password?" submit="Send a code" action=${ask} busy=${busy} problem=${problem}>
      <${Field} label="Email" name="email" type="email" autocomplete="username" required error=${problem?.fields?.email} />
    <//>
    <p class="small"><${Link} onClick=${() => go("in")}>Back<//></p>`;
}

function Reset({ go, email }) {
  const [reset, { busy, problem }] = useAction(async (form) => {
    await send("reset-password", { token: form.token.trim(), new_password: form.password });
    go("in", { email, note: "Your password is changed. Sign in with the new one." });
  });
  const wrong = problem?.fields ?? {};
  return html`<${Form} title="Choose a new password" submit="Change password" action=${reset} busy=${busy} problem=${problem}>
      <p>If <span class="strong">${email}</span> has an account, a code is on its way.</p>
      <${Field} label="Code" name="token" autocomplete="one-time-code" required error=${wrong.token} />
      <${Field} label="New password" name="password" type="password" autocomplete="new-password" required error=${wrong.new_password} />
    <//>
    <p class="small"><${Link} onClick=${() => go("in", { email })}>Back<//></p>`;
}
