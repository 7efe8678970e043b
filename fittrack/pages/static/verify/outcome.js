/** A verification as pages show it, the verifier's and the console's. */

import { html, useRef, useState } from "/pages/lib/base.js";

const NAMES = {
  layout: "Layout",
  commitment: "Commitment",
  tickets: "Tickets",
  root: "Root of the entries",
  beacon: "Beacon",
  rules: "Rules",
  draw: "Draw",
  digest: "Fingerprint",
  "passed-over": "Passed over",
  winners: "Winners",
  alternates: "Alternates",
  instants: "Instants",
  "beacon-round": "Beacon's round",
  "beacon-signature": "Beacon's signature",
};

/** Verifies beside the page: `[{name, checks, busy, problem}, begin(name, load)]`, where `load()` gives the record's text. */
export function useVerification() {
  const [state, setState] = useState({ name: null, checks: [], busy: false, problem: null });
  const worker = useRef(null);
  const begin = (name, load) => {
    worker.current?.terminate();
    setState({ name, checks: [], busy: true, problem: null });
    load().then(
      (text) => {
        worker.current = new Worker("/pages/verify/worker.js", { type: "module" });
        worker.current.onmessage = ({ data }) =>
          setState((now) => (data.done ? { ...now, busy: false } : { ...now, checks: [...now.checks, data.check] }));
        worker.current.postMessage(text);
      },
      (problem) => setState({ name, checks: [], busy: false, problem }),
    );
  };
  return [state, begin];
}

/** What was found, one after another. */
export function Checks({ checks }) {
  return html`<ul class="checks">
    ${checks.map(
      (check) => html`<li class=${check.ok ? "ok" : "wrong"}>
        <span class="mark" aria-hidden="true">${check.ok ? "✓" : "✗"}</span>
        <span><span class="strong">${NAMES[check.name] ?? check.name}<span class="unseen">${check.ok ? ", right:" : ", wrong:"}</span></span><span class="small">${check.sentence}</span></span>
      </li>`,
    )}
  </ul>`;
}
