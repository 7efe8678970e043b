/** The door of the console: admins only. */

import { html, useEffect } from "/pages/lib/base.js";
import { Button, Field, Trouble, useAction } from "/pages/lib/ui.js";

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
  const [enter, { busy, problem }] = useAction(async ({ email, password, code }) => {
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
  });
  const onSubmit = (event) => {
    event.preventDefault();
    enter(Object.fromEntries(new FormData(event.target)));
  };
  const wrong = problem?.fields ?? {};
  const general = problem && Object.keys(wrong).length === 0 && problem.code !== "wrong-code" ? problem : null;
  return html`<main class="door">
    <h1 class="brand"><img src="/static/icon.svg" alt="" width="40" height="40" /> FitTrack <span class="tag">Ops</span></h1>
    <form class="card stack" onSubmit=${onSubmit} novalidate aria-label="Sign in">
      <${Trouble} problem=${general} />
      <${Field} label="Email" name="email" type="email" autocomplete="username" required error=${wrong.email} />
      <${Field} label="Password" name="password" type="password" autocomplete="current-password" required error=${wrong.password} />
      <${Field} label="Authenticator code" name="code" autocomplete="one-time-code" inputmode="numeric"
        error=${problem?.code === "wrong-code" ? problem.message : wrong.code}
        hint="If you have set one up. You can also show it later, when something asks for it." />
      <${Button} type="submit" kind="primary wide" busy=${busy}>Sign in<//>
    </form>
    <p class="small soft"><a href="/">The players' page</a> · <a href="/docs">API</a></p>
  </main>`;
}
