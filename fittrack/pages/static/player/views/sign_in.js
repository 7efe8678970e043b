/** Before anybody is signed in: sign in, register, verify the address, choose a new password. */

import { html, useEffect, useRef, useState } from "/pages/lib/base.js";
import { Form } from "/pages/lib/form.js";
import { deviceId } from "/pages/lib/session.js";
import { Field } from "/pages/lib/ui.js";
import { VerifyEmail, send } from "./verify_email.js";

const STATES =
  "AL AK AZ AR CA CO CT DE DC GA HI ID IL IN IA KS KY LA ME MD MA MI MN MS MO MT NE NV NH NJ NM NC ND OH OK OR PA SC SD TN TX UT VT VA WA WV WI WY".split(" ");

/**
 * @param {object} props
 * @param {{name: string, token: string, email: string} | null} props.mailed the code of a letter, whoever is signed in
 * @param {() => void} props.onUsed its step is left
 */
export function SignIn({ session, mailed, onUsed }) {
  const [step, setStep] = useState(mailed ?? { name: "in" });
  const card = useRef(null);
  const go = (name, more = {}) => {
    onUsed();
    setStep({ name, moved: true, ...more });
  };
  const Step = { in: Enter, register: Register, verify: Verify, forgot: Forgot, reset: Reset }[step.name];
  useEffect(() => {
    document.title = "Sign in · FitTrack";
  }, []);
  useEffect(() => {
    if (mailed) setStep(mailed);
  }, [mailed]);
  useEffect(() => {
    if (step.moved) card.current.querySelector("input").focus(); // what was pressed is gone
  }, [step.name]);
  return html`<main class="welcome">
    <section class="pitch">
      <img src="/static/icon.svg" alt="" width="56" height="56" />
      <h1>Move. Earn. Win.</h1>
      <p>Points for tracked workouts, tickets for points, and drawings that anybody can verify.</p>
    </section>
    <section ref=${card} class="card stack"><${Step} ...${step} session=${session} go=${go} /></section>
    <p class="small soft legal">
      18 or older, eligible US states. No purchase necessary. <a href="/verify">Verify a drawing</a> · <a href="/docs">API</a> · <a href="/ops">Operators</a>
    </p>
  </main>`;
}

/** One step's form below its title. */
function Ask({ title, ...form }) {
  return html`<h2>${title}</h2>
    <${Form} label=${title} ...${form} />`;
}

const Link = ({ onClick, children }) => html`<button type="button" class="link" onClick=${onClick}>${children}</button>`;

function Enter({ session, go, email = "", note }) {
  return html`
    ${note && html`<p class="note" role="status">${note}</p>`}
    <${Ask} title="Sign in" submit="Sign in" onSend=${(said) => session.signIn(said.email, said.password)}>
      ${(wrong) => html`
        <${Field} label="Email" name="email" type="email" autocomplete="username" required defaultValue=${email} error=${wrong("email")} />
        <${Field} label="Password" name="password" type="password" autocomplete="current-password" required error=${wrong("password")} />
      `}
    <//>
    <p class="row between small">
      <${Link} onClick=${() => go("register")}>New here? Create an account<//>
      <${Link} onClick=${() => go("forgot")}>Forgot password?<//>
    </p>
  `;
}

function Register({ session, go }) {
  const register = async (form) => {
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
  };
  return html`<${Ask} title="Create an account" submit="Create account" onSend=${register}>
      ${(wrong) => html`
        <${Field} label="Email" name="email" type="email" autocomplete="username" required error=${wrong("email")} />
        <${Field} label="Password" name="password" type="password" autocomplete="new-password" required error=${wrong("password")}
          hint="12 characters or more, with upper and lower case, a digit and a special character" />
        <${Field} label="Date of birth" name="date_of_birth" type="date" autocomplete="bday" required error=${wrong("date_of_birth")} />
        <${Field} label="State" name="state" as="select" required error=${wrong("state")}>
          <option value="">Choose…</option>
          ${STATES.map((state) => html`<option>${state}</option>`)}
        <//>
        <${Consent} name="accepted_terms" error=${wrong("accepted_terms")}>I accept the terms of service<//>
        <${Consent} name="accepted_rules" error=${wrong("accepted_rules")}>I accept the sweepstakes rules<//>
      `}
    <//>
    <p class="small"><${Link} onClick=${() => go("in")}>I have an account<//></p>`;
}

function Consent({ name, error, children }) {
  return html`<div>
    <label class="check"><input type="checkbox" name=${name} aria-invalid=${error ? "true" : undefined} /><span>${children}</span></label>
    ${error && html`<p class="error small bad">${error}</p>`}
  </div>`;
}

function Verify({ session, go, email, password, token }) {
  const verified = async () => {
    if (password) await session.signIn(email, password);
    else go("in", { email, note: "Your address is verified. Sign in to begin." });
  };
  return html`<h2>Check your mail</h2>
    <${VerifyEmail} email=${email} code=${token} onVerified=${verified}><${Link} onClick=${() => go("in", { email })}>Later<//><//>`;
}

function Forgot({ go }) {
  const ask = async ({ email }) => {
    await send("forgot-password", { email });
    go("reset", { email });
  };
  return html`<${Ask} title="Forgot your password?" submit="Send a code" onSend=${ask}>
      ${(wrong) => html`<${Field} label="Email" name="email" type="email" autocomplete="username" required error=${wrong("email")} />`}
    <//>
    <p class="small"><${Link} onClick=${() => go("in")}>Back<//></p>`;
}

function Reset({ session, go, email, token: mailed }) {
  const reset = async ({ token, new_password }) => {
    await send("reset-password", { token: token.trim(), new_password });
    if (session.user?.email === email) session.forget();
    go("in", { email, note: "Your password is changed. Sign in with the new one." });
  };
  return html`<${Ask} title="Choose a new password" submit="Change password" onSend=${reset}>
      ${(wrong) => html`
        <p>${mailed ? html`For <span class="strong">${email}</span>.` : html`If <span class="strong">${email}</span> has an account, a code is on its way.`}</p>
        <${Field} label="Code" name="token" autocomplete="one-time-code" required defaultValue=${mailed} error=${wrong("token")} />
        <${Field} label="New password" name="new_password" type="password" autocomplete="new-password" required error=${wrong("new_password")} />
      `}
    <//>
    <p class="small"><${Link} onClick=${() => go("in", { email })}>Back<//></p>`;
}
