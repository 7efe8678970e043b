/** Reports what was done. It never says what it earns: the server does. */

import { html, useState } from "/pages/lib/base.js";
import { Form } from "/pages/lib/form.js";
import { localTime, number } from "/pages/lib/format.js";
import { Dialog, Field } from "/pages/lib/ui.js";
import { useLive, usePlayer } from "../context.js";

const MINUTE_MS = 60_000;
const DEFAULT_MINUTES = 30;
const REFUSALS = {
  "too-old": "Activities older than 7 days are not taken.",
  "in-the-future": "That ends in the future.",
};

export function LogWorkout({ onClose }) {
  const { state, tell } = usePlayer();
  const { connected } = useLive();
  const [kind, setKind] = useState("workout");
  const log = async (said) => {
    const { accepted, duplicates, rejected, points } = await state.command((client) => client.logActivities([activityOf(kind, said)]));
    if (rejected.length > 0) throw new Error(REFUSALS[rejected[0].code] ?? `That was refused: ${rejected[0].code.replaceAll("-", " ")}`);
    if (duplicates > 0 && accepted === 0) tell({ title: "You have logged that already" });
    else if (points === 0) tell({ title: "Logged", text: "It earned no further points today." });
    onClose();
  };
  return html`<${Dialog} title="Log activity" onClose=${onClose}>
    <${Form} submit="Log it" onSend=${log}>
      ${(wrong) => html`
        <fieldset class="choice">
          <legend class="unseen">What did you do?</legend>
          ${[["workout", "Workout"], ["active_minutes", "Active minutes"], ["steps", "Steps"]].map(
            ([name, label]) => html`<label><input type="radio" name="kind" value=${name} checked=${kind === name} onChange=${() => setKind(name)} /><span>${label}</span></label>`,
          )}
        </fieldset>
        ${kind === "steps" && html`<${Field} label="Steps" name="steps" type="number" min="1" max="100000" required inputmode="numeric" error=${wrong("steps")} />`}
        <div class="two">
          <${Field} label="Minutes" name="minutes" type="number" min="1" max="1440" required defaultValue=${DEFAULT_MINUTES} inputmode="numeric" error=${wrong("minutes")} />
          <${Field} label="Ended" name="ended" type="datetime-local" required defaultValue=${localTime(state.client.now())} error=${wrong("ended")} />
        </div>
        ${kind !== "steps" &&
        html`<${Field} label="Intensity" name="intensity" as="select">
          <option value="light">Light: I could sing</option>
          <option value="moderate" selected>Moderate: I could talk</option>
          <option value="vigorous">Vigorous: a word at a time</option>
        <//>`}
        <p class="hint small soft">Manual entries above ${number(300)} points a day are looked at by a person.</p>
        ${!connected && html`<p class="note" role="status">You are offline. What you log is sent when you are back, even if you close this.</p>`}
      `}
    <//>
  <//>`;
}

function activityOf(kind, form) {
  const minutes = Number(form.minutes);
  const end = new Date(form.ended);
  return {
    activity_type: kind,
    start_time: new Date(end - minutes * MINUTE_MS).toISOString(),
    end_time: end.toISOString(),
    duration_minutes: minutes,
    source: "manual",
    external_id: crypto.getRandomValues(new Uint32Array(4)).join("-"),
    ...(kind === "steps" ? { metrics: { steps: Number(form.steps) } } : { intensity: form.intensity }),
  };
}
