/** The player's page: what a phone app would do. */

import { Api } from "/pages/lib/api.js";
import { html, render, useEffect, useMemo, useState } from "/pages/lib/base.js";
import { Session } from "/pages/lib/session.js";
import { useStore } from "/pages/lib/store.js";
import { Toasts, useRoute, useToasts } from "/pages/lib/ui.js";
import { PlayerContext } from "./context.js";
import { takeMailedCode } from "./mailed_code.js";
import { PlayerState } from "./state.js";
import { Boards } from "./views/boards.js";
import { CompleteProfile } from "./views/complete_profile.js";
import { Drawing } from "./views/drawing.js";
import { Drawings } from "./views/drawings.js";
import { Frame } from "./views/frame.js";
import { Inbox } from "./views/inbox.js";
import { Me } from "./views/me.js";
import { SignIn } from "./views/sign_in.js";
import { Today } from "./views/today.js";

const session = new Session("fittrack.player");
const api = new Api(session);

function App() {
  const [user, setUser] = useState(session.user);
  const [mailed, setMailed] = useState(takeMailedCode);
  const [toasts, tell, dismiss] = useToasts();
  useEffect(() => session.onChange(setUser), []);
  useEffect(() => {
    const opened = () => setMailed((before) => takeMailedCode() ?? before);
    addEventListener("hashchange", opened);
    return () => removeEventListener("hashchange", opened);
  }, []);
  const welcome = () => html`<${SignIn} session=${session} mailed=${mailed} onUsed=${() => setMailed(null)} />`;
  return html`
    ${user && !mailed ? html`<${Player} key=${user.user_id} tell=${tell} />` : welcome()}
    <${Toasts} list=${toasts} onGone=${dismiss} />
  `;
}

function Player({ tell }) {
  const state = useMemo(() => new PlayerState(session, api, tell), []);
  useEffect(() => {
    state.start();
    return () => state.stop();
  }, []);
  const { user } = useStore(state);
  const context = useMemo(() => ({ session, api, state, tell }), []);
  return html`<${PlayerContext.Provider} value=${context}>
    ${user && user.role !== "admin" && !user.display_name
      ? html`<${CompleteProfile} />`
      : html`<${Frame}><${View} /><//>`}
  <//>`;
}

function View() {
  const [page, id] = useRoute();
  switch (page) {
    case "drawings":
      return id ? html`<${Drawing} key=${id} id=${id} />` : html`<${Drawings} />`;
    case "boards":
      return html`<${Boards} />`;
    case "inbox":
      return html`<${Inbox} />`;
    case "me":
      return html`<${Me} />`;
    default:
      return html`<${Today} />`;
  }
}

render(html`<${App} />`, document.getElementById("app"));
