/** How the console asks: a form that shows the second factor when the API wants it, alone or in a dialog. */

import { html, useState } from "/pages/lib/base.js";
import { Form } from "/pages/lib/form.js";
import { Dialog, Field } from "/pages/lib/ui.js";
import { useOps } from "../context.js";
import { ChangedMeanwhile, Company } from "./others.js";

/** A `Form` whose action may ask for the second factor, and then runs again. */
export function OpsForm({ onSend, ...form }) {
  const { stepUp } = useOps();
  return html`<${Form} ...${form} onSend=${(said) => stepUp(() => onSend(said))} />`;
}

/** A dialog about a thing (`about`, see `others.js`): who else has it open, and what happens to it meanwhile. */
export function AboutDialog({ about, children, ...dialog }) {
  return html`<${Dialog} ...${dialog}>
    ${about && html`<${Company} about=${about} /><${ChangedMeanwhile} about=${about} />`}
    ${children}
  <//>`;
}

/** Asks in a dialog, does, closes. `children(wrong)` are the fields, as in `Form`. */
export function FormDialog({ title, about, wide, onClose, onSend, danger = false, ...form }) {
  const send = async (said) => {
    await onSend(said);
    onClose();
  };
  return html`<${AboutDialog} title=${title} about=${about} wide=${wide} onClose=${onClose}>
    <${OpsForm} kind="primary wide ${danger ? "danger" : ""}" ...${form} onSend=${send} />
  <//>`;
}

/**
 * Asks before something is done: plainly, with a reason, or by typing a name.
 *
 * @param {object} props as those of `FormDialog`, and
 * @param {string} [props.typed] what must be typed first, such as the drawing's name
 * @param {boolean} [props.reason] whether a reason must be given
 * @param {(reason?: string) => Promise<any>} props.onConfirm
 */
export function Confirm({ typed, reason = false, disabled = false, onConfirm, children, ...dialog }) {
  const [written, setWritten] = useState("");
  const unsure = typed !== undefined && written.trim() !== typed.trim();
  return html`<${FormDialog} ...${dialog} disabled=${disabled || unsure} onSend=${(said) => onConfirm(said.reason?.trim())}>
    ${(wrong) => html`
      ${children}
      ${reason && html`<${Reason} wrong=${wrong} maxlength="200" hint="Players and the audit log show it." />`}
      ${typed && html`<${Field} label="Type the name to confirm" name="typed" autocomplete="off" hint=${typed} onInput=${(event) => setWritten(event.target.value)} />`}
    `}
  <//>`;
}

/** The reason that goes to the audit log. */
export function Reason({ wrong, maxlength = "500", hint = "Kept in the audit log" }) {
  return html`<${Field} label="Reason" name="reason" required minlength="3" maxlength=${maxlength} error=${wrong("reason")} hint=${hint} />`;
}
