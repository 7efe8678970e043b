/** Drop a proof file, or come from a drawing: FTD1 is computed again, here. */

import { html, render, useEffect, useRef, useState } from "/pages/lib/base.js";
import { Button, Trouble } from "/pages/lib/ui.js";
import { request, problemOf } from "/pages/lib/api.js";
import { Checks, useVerification } from "./outcome.js";

async function proofOf(drawingId) {
  const response = await request("GET", `drawings/${encodeURIComponent(drawingId)}/proof`);
  if (!response.ok) throw await problemOf(response);
  return response.text();
}

function App() {
  const [{ name, checks, busy, problem }, begin] = useVerification();
  const [over, setOver] = useState(false);
  const input = useRef(null);
  const take = (file) => file && begin(file.name, () => file.text());
  useEffect(() => {
    const drawing = new URLSearchParams(location.search).get("drawing");
    if (drawing) begin(`drawing ${drawing}`, () => proofOf(drawing));
  }, []);
  const onDrop = (event) => {
    event.preventDefault();
    setOver(false);
    take(event.dataTransfer.files[0]);
  };
  const onDragOver = (event) => {
    event.preventDefault();
    setOver(true);
  };
  return html`<main class="verify stack">
    <header class="stack tight">
      <a class="home" href="/"><img src="/static/icon.svg" alt="" width="40" height="40" /> FitTrack</a>
      <h1>Verify a drawing</h1>
      <p class="soft">Everything is computed again in your browser, from the published proof alone. Nothing is sent anywhere.</p>
    </header>
    <section class="drop ${over ? "over" : ""}" onDrop=${onDrop} onDragOver=${onDragOver} onDragLeave=${() => setOver(false)} aria-label="Proof file">
      <p class="strong">Drop a proof file here</p>
      <p class="small soft">the JSON of a drawing's proof, from the app or from anybody</p>
      <${Button} onClick=${() => input.current.click()}>Choose a file<//>
      <input ref=${input} class="unseen" type="file" accept=".json,application/json" aria-label="Proof file" tabindex="-1" onChange=${(event) => take(event.target.files[0])} />
    </section>
    <${Trouble} problem=${problem} />
    ${name && !problem && html`<${Outcome} name=${name} checks=${checks} busy=${busy} />`}
    <section class="small soft stack tight">
      <p>Beside this page there is <code>fittrack verify-drawing FILE</code>, and the algorithm fits into thirty lines of any language.</p>
    </section>
  </main>`;
}

function Outcome({ name, checks, busy }) {
  const failed = checks.filter((check) => !check.ok).length;
  const verdict = busy ? "Verifying…" : failed === 0 ? "This record is true" : "This record is not true";
  return html`<section class="card stack" aria-labelledby="verdict">
    <div role="status">
      <h2 id="verdict" class=${busy ? "" : failed === 0 ? "good" : "bad"}>${verdict}</h2>
      <p class="small soft mono">${name}</p>
    </div>
    <${Checks} checks=${checks} />
  </section>`;
}

render(html`<${App} />`, document.getElementById("app"));
