/** What may be done with a template, each after a question. */

import { html, useState } from "/pages/lib/base.js";
import { useOps } from "../../context.js";
import { Confirm } from "../../parts/form.js";
import { aboutOf, asRead } from "./about.js";

const STAY = "Those that were made stay.";

/** Each step: its button, what its question says, and what it does. */
const STEPS = {
  activate: { label: "Activate", says: "It makes its coming drawings at once, each published with its commitment.", primary: true },
  pause: { label: "Pause", says: `It makes no more drawings. ${STAY}` },
  remove: { label: "Delete", says: `It is gone for good, and makes no more drawings. ${STAY}`, danger: true },
};

export function Steps({ template, etag, onDone }) {
  const { api } = useOps();
  const [step, setStep] = useState(null);
  const path = `drawing-templates/${template.template_id}`;
  const steps = [template.active ? "pause" : "activate", "remove"];
  const turn = (active) => api.patch(path, { active }, asRead(etag)).then(onDone);
  const remove = async () => {
    await api.delete(path, asRead(etag));
    location.hash = "#/templates";
  };
  const doing = { activate: () => turn(true), pause: () => turn(false), remove };
  return html`<div class="row" role="group" aria-label="What may be done now">
    ${steps.map((name) => html`<button key=${name} type="button" class="button ${STEPS[name].primary ? "primary" : ""} ${STEPS[name].danger ? "danger" : ""}" onClick=${() => setStep(name)}>${STEPS[name].label}</button>`)}
    <a class="button" href="#/templates/${template.template_id}/edit">Edit</a>
    ${step &&
    html`<${Confirm} title="${STEPS[step].label} ${template.name}?" about=${aboutOf(template)} submit=${STEPS[step].label} danger=${STEPS[step].danger}
      onConfirm=${doing[step]} onClose=${() => setStep(null)}><p>${STEPS[step].says}</p><//>`}
  </div>`;
}
