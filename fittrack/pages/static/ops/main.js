/** The operators' console: a client of the public REST API and WebSocket, for admins. */

import { Api } from "/pages/lib/api.js";
import { html, render, useEffect, useMemo, useState } from "/pages/lib/base.js";
import { Session } from "/pages/lib/session.js";
import { Toasts, Trouble, Waiting, useRoute, useToasts } from "/pages/lib/ui.js";
import { OpsContext } from "./context.js";
import { SecondFactor, useStepUp } from "./parts/second_factor.js";
import { Shell } from "./parts/shell.js";
import { SignIn } from "./parts/sign_in.js";
import { placeOf } from "./places.js";
import { Looking } from "./looking.js";
import { LiveState } from "./state.js";

/** Ends with the tab: consoles are left open on shared desks. */
const session = new Session("fittrack.ops", sessionStorage);
const api = new Api(session);

function App() {
  const [user, setUser] = useState(session.user);
  const [entering, setEntering] = useState(false);
  const [toasts, tell, dismiss] = useToasts();
  useEffect(() => session.onChange(setUser), []);
  const inside = user?.role === "admin" && !entering;
  return html`
    ${inside
      ? html`<${Console} key=${user.user_id} tell=${tell} />`
      : html`<${SignIn} session=${session} api=${api} onEntering=${setEntering} />`}
    <${Toasts} list=${toasts} onGone=${dismiss} />
  `;
}

function Console({ tell }) {
  const live = useMemo(() => new LiveState(session), []);
  const looking = useMemo(() => new Looking(session, api, live.client), []);
  const { stepUp, asked } = useStepUp();
  useEffect(() => {
    live.start();
    looking.start();
    return () => {
      looking.stop();
      live.stop();
    };
  }, []);
  const context = useMemo(() => ({ session, api, live, looking, tell, stepUp }), []);
  return html`<${OpsContext.Provider} value=${context}>
    <${Shell}><${Section} /><//>
    ${asked && html`<${SecondFactor} ...${asked} />`}
  <//>`;
}

function Section() {
  const [name, ...path] = useRoute();
  const place = placeOf(name);
  const [loaded, setLoaded] = useState({});
  useEffect(() => {
    let wanted = true;
    place.load().then(
      (View) => wanted && setLoaded({ place, View }),
      (problem) => wanted && setLoaded({ place, problem }),
    );
    return () => (wanted = false);
  }, [place]);
  if (loaded.place !== place) return html`<div class="view"><${Waiting} lines=${8} /></div>`;
  if (loaded.problem) return html`<div class="view"><${Trouble} problem=${loaded.problem} retry=${() => location.reload()} /></div>`;
  return html`<${loaded.View} path=${path} />`;
}

render(html`<${App} />`, document.getElementById("app"));
