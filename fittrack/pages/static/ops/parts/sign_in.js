/** The door of the console: admins only. */

import { html, useEffect } from "/pages/lib/base.js";
import { Form } from "/pages/lib/form.js";
import { Field } from "/pages/lib/ui.js";

class NotAnAdmin extends Error {
  constructor() {
    super("This console is for administrators. Players sign in at the start page.");
    this.fields = {};
  }
}

export function SignIn({ session, api, onEntering }) {
  useEffect(() => {
    document.title = "Sign in · FitTrack Ops";
  }, []);
  const enter = async ({ email, password, code }) => {
    onEntering(true);
    try {
      await session.signIn(email, password);
      if (session.user.role !== "admin") throw new NotAnAdmin();
      if (code) await api.post("auth/mfa/verify", { code });
    } catch (error) {
      if (session.user) await session.signOut();
      throw error;
    } finally {
      onEntering(false);
    }
  };
  return html`<main class="door">
    <h1 class="brand"><img src="/static/icon.svg" alt="" width="40" height="40" /> FitTrack <span class="tag">Ops</span></h1>
    <section class="card">
      <${Form} label="Sign in" submit="Sign in" codes=${{ "wrong-code": "code" }} onSend=${enter}>
        ${(wrong) => html`
          <${Field} label="Email" name="email" type="email" autocomplete="username" required error=${wrong("email")} />
          <${Field} label="Password" name="password" type="password" autocomplete="current-password" required error=${wrong("password")} />
          <${Field} label="Authenticator code" name="code" autocomplete="one-time-code" inputmode="numeric" error=${wrong("code")}
            hint="If you have set one up. You can also give it later, when something asks for it." />
        `}
      <//>
    </section>
    <p class="small soft"><a href="/">The players' page</a> · <a href="/docs">API</a></p>
  </main>`;
}
