/** The live protocol by hand: connect, send any frame, see what comes, decoded. Not where anything is deployed. */

import { jsonWire, msgpackWire } from "/client/wire.js";
import { html, render, useRef, useState } from "/pages/lib/base.js";
import { Session } from "/pages/lib/session.js";
import { Button, Field, Trouble, useAction } from "/pages/lib/ui.js";

/** Frames that are kept to show. */
const SHOWN = 200;

const WIRES = { msgpack: msgpackWire, json: jsonWire };
const FIRST = JSON.stringify({ t: "ping", id: 1 }, null, 2);

const session = new Session("fittrack.dev", sessionStorage);
const address = () => `${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/ws`;

/** One connection, and the frames of it: `{open, frames, connect, send, close}`. */
function useFrames() {
  const [frames, setFrames] = useState([]);
  const [open, setOpen] = useState(false);
  const socket = useRef(null);
  const last = useRef(0);
  const note = (way, content) => {
    const entry = { key: ++last.current, at: new Date(), way, content };
    setFrames((shown) => [entry, ...shown].slice(0, SHOWN));
  };
  const connect = (encoding) => {
    const wire = WIRES[encoding];
    const opened = new WebSocket(address(), wire.subprotocol);
    opened.binaryType = "arraybuffer";
    opened.onopen = () => setOpen(true);
    opened.onmessage = ({ data }) => wire.decode(data).forEach((frame) => note("came", frame));
    opened.onclose = ({ code, reason }) => {
      note("closed", { code, reason });
      setOpen(false);
    };
    socket.current = { opened, wire };
  };
  const send = (frame) => {
    const { opened, wire } = socket.current;
    opened.send(wire.join([wire.encode(frame)]));
    note("sent", frame);
  };
  return { open, frames, connect, send, close: () => socket.current.opened.close(1000) };
}

function App() {
  const { open, frames, connect, send, close } = useFrames();
  const [authenticate, signing] = useAction(async ({ email, password }) => {
    await session.signIn(email, password);
    send({ t: "auth", id: 0, d: { token: await session.token() } });
  });
  const [transmit, sending] = useAction(async ({ frame }) => send(JSON.parse(frame)));
  const onSubmit = (action) => (event) => {
    event.preventDefault();
    action(Object.fromEntries(new FormData(event.target)));
  };
  return html`<main class="dev">
    <header class="stack tight">
      <h1>Frames</h1>
      <p class="soft">The <a href="/docs/live">live protocol</a> by hand, for development.</p>
    </header>
    <div class="sides">
      <div class="stack">
        <form class="card stack" aria-label="Connection" onSubmit=${onSubmit(({ encoding }) => connect(encoding))}>
          <${Field} label="Encoding" name="encoding" as="select" disabled=${open}>
            <option value="msgpack">MessagePack</option><option value="json">JSON</option>
          <//>
          ${open ? html`<${Button} onClick=${close}>Disconnect<//>` : html`<${Button} type="submit" kind="primary">Connect<//>`}
        </form>
        <form class="card stack" aria-label="Authentication" onSubmit=${onSubmit(authenticate)}>
          <${Trouble} problem=${signing.problem} />
          <${Field} label="Email" name="email" type="email" autocomplete="username" required />
          <${Field} label="Password" name="password" type="password" autocomplete="current-password" required />
          <${Button} type="submit" busy=${signing.busy} disabled=${!open}>Authenticate<//>
        </form>
        <form class="card stack" aria-label="Any frame" onSubmit=${onSubmit(transmit)}>
          <${Trouble} problem=${sending.problem} />
          <${Field} label="Frame" name="frame" as="textarea" rows="7" class="mono" defaultValue=${FIRST} spellcheck=${false} />
          <${Button} type="submit" disabled=${!open}>Send<//>
        </form>
      </div>
      <section class="stack tight" aria-labelledby="frames-title">
        <h2 id="frames-title">${frames.length === 0 ? "Nothing yet" : "The latest first"}</h2>
        <ol class="frames" tabindex="0" aria-labelledby="frames-title">${frames.map((frame) => html`<${Frame} key=${frame.key} ...${frame} />`)}</ol>
      </section>
    </div>
  </main>`;
}

function Frame({ at, way, content }) {
  return html`<li class="frame ${way}">
    <p class="row between small"><span class="strong">${way}${content.t ? ` ${content.t}` : ""}</span><time class="soft numbers">${at.toISOString().slice(11, 23)}</time></p>
    <pre class="mono">${JSON.stringify(content, null, 2)}</pre>
  </li>`;
}

render(html`<${App} />`, document.getElementById("app"));
