/** A new account says who it is; until then it may only look. */

import { html, useEffect } from "/pages/lib/base.js";
import { Form } from "/pages/lib/form.js";
import { usePlayer } from "../context.js";
import { ProfileFields, profileOf } from "./profile_fields.js";

export function CompleteProfile() {
  const { api, state, session } = usePlayer();
  const save = async (said) => state.know(await api.put("users/me/profile", profileOf(said)));
  useEffect(() => {
    document.title = "Your profile · FitTrack";
  }, []);
  return html`<main class="welcome">
    <section class="card stack">
      <h1>Almost there</h1>
      <p class="soft">Boards compare you with people like you. That takes three answers.</p>
      <${Form} label="Your profile" submit="Save" onSend=${save}>${(wrong) => html`<${ProfileFields} wrong=${wrong} />`}<//>
      <p class="small"><button type="button" class="link" onClick=${() => session.signOut()}>Sign out</button></p>
    </section>
  </main>`;
}
