/** A draw, watched as it happens: the winners one after another, then the proof computed again in this browser. */

import { html, useEffect, useState } from "/pages/lib/base.js";
import { count, number, when } from "/pages/lib/format.js";
import { Button, Countdown, Trouble, Waiting, useAction, useLoaded } from "/pages/lib/ui.js";
import { Checks, useVerification } from "/pages/verify/outcome.js";
import { useOps } from "../../context.js";

/** Milliseconds between two winners of a draw that is watched. */
const EACH_MS = 500;

/** Winners that come one by one; the rest come with the last of them. */
const ONE_BY_ONE = 20;

const STILL = matchMedia("(prefers-reduced-motion: reduce)");

export function Drawn({ drawing, atOnce }) {
  if (drawing.status === "completed") return html`<${Winners} drawing=${drawing} atOnce=${atOnce} />`;
  return html`<${Awaited} drawing=${drawing} />`;
}

function Awaited({ drawing }) {
  const { live } = useOps();
  return html`<section class="card stack tight watch" aria-labelledby="draw-title">
    <h2 id="draw-title">The draw</h2>
    <p class="clock"><${Countdown} until=${drawing.drawing_time} now=${live.now} before="in" over=${drawing.auto_execute ? "It is due: drawing…" : "It waits to be drawn by hand."} /></p>
    <p class="small soft">All entries are fixed. The winners come here by themselves.</p>
  </section>`;
}

function useRevealed(count, atOnce) {
  const [shown, setShown] = useState(atOnce || STILL.matches ? Infinity : 0);
  useEffect(() => {
    if (shown >= count) return undefined;
    const timer = setTimeout(() => setShown(shown + 1 >= ONE_BY_ONE ? Infinity : shown + 1), EACH_MS);
    return () => clearTimeout(timer);
  }, [shown, count]);
  return shown;
}

function Winners({ drawing, atOnce }) {
  const { api } = useOps();
  const { drawing_id: id } = drawing;
  const { data, problem, reload } = useLoaded(() => api.get(`drawings/${id}/results`), [id]);
  const [csv, { busy: saving, problem: unsaved }] = useAction(() => api.download(`drawings/${id}/winners.csv`, `winners-${id}.csv`));
  const [{ checks, busy, problem: unproven, name }, verify] = useVerification();
  useEffect(() => verify(id, () => api.text(`drawings/${id}/proof`)), [id]);
  const shown = useRevealed(data?.winners.length ?? 0, atOnce);
  return html`<section class="card stack" aria-labelledby="winners-title">
      <div class="row between">
        <h2 id="winners-title">Winners</h2>
        <span class="row">${data && html`<span class="small soft">${when(data.completed_at)}</span>`}<${Button} kind="small" busy=${saving} aria-label="Winners, CSV" onClick=${csv}>CSV<//></span>
      </div>
      <${Trouble} problem=${problem} retry=${reload} />
      <${Trouble} problem=${unsaved} />
      ${!data && !problem && html`<${Waiting} />`}
      ${data?.winners.length === 0 && html`<p class="soft">Nobody entered, so nobody won.</p>`}
      <ol class="lines winners" aria-live="polite">
        ${data?.winners.slice(0, shown).map(
          (winner) => html`<li key="${winner.prize_id} ${winner.winning_ticket_number}">
            <span><span class="strong">${winner.display_name}</span><span class="small soft">${winner.prize_name}</span></span>
            <span class="small soft numbers right">ticket ${number(winner.winning_ticket_number)}<br />${number(winner.tickets_held)} held</span>
          </li>`,
        )}
      </ol>
      ${data?.forfeited.length > 0 && html`<p class="small soft">${count(data.forfeited.length, "forfeited prize")} went to alternates, or back.</p>`}
    </section>
    <section class="card stack tight" aria-labelledby="proof-title">
      <h2 id="proof-title">Proof</h2>
      <${Trouble} problem=${unproven} />
      ${name && !unproven && html`<${Verdict} checks=${checks} busy=${busy} />`}
      <p class="small"><a href="/verify?drawing=${id}" target="_blank" rel="noopener">The public page of this proof</a></p>
    </section>`;
}

function Verdict({ checks, busy }) {
  const failed = checks.filter((check) => !check.ok).length;
  return html`<p role="status" class="strong ${busy ? "" : failed === 0 ? "good" : "bad"}">
      ${busy ? "Computing it again…" : failed === 0 ? "Verified in this browser: the draw is true." : `${count(failed, "check")} failed: this record is not true.`}
    </p>
    <details open=${failed > 0}><summary class="small">${count(checks.length, "check")}</summary><${Checks} checks=${checks} /></details>`;
}
