/** A new account says who it is; until then it may only look. */

import { html, useEffect } from "/pages/lib/base.js";
import { Button, Trouble, useAction } from "/pages/lib/ui.js";
import { usePlayer } from "../context.js";
import { ProfileFields, profileOf } from "./profile_fields.js";

export function CompleteProfile() {
  const { api, state, session } = usePlayer();
  const [save, { busy, problem }] = useAction(async (event) => {
    const profile = await api.put("users/me/profile", profileOf(event.target));
    state.set({ user: { ...state.state.user, display_name: profile.display_name } });
  });
  useEffect(() => {
    document.title = "Your profile · FitTrack";
  }, []);
  const onSubmit = (event) => {
    event.preventDefault();
    save(event);
  };
  return html`<main class="welcome">
    <section class="card stack">
      <h1>Almost there</h1>
      <p class="soft">Boards compare you with people like you. That takes three answers.</p>
      <form class="stack" onSubmit=${onSubmit} novalidate>
        <${Trouble} problem=${problem && Object.keys(problem.fields ?? {}).length === 0 ? problem : null} />
        <${ProfileFields} wrong=${problem?.fields ?? {}} />
        <${Button} type="submit" kind="primary wide" busy=${busy}>Save<//>
      </form>
      <p class="small"><button type="button" class="link" onClick=${() => session.signOut()}>Sign out</button></p>
    </section>
  </main>`;
}
