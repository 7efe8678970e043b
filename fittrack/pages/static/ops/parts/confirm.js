/** Asks before something is done: plainly, with a reason, or by typing a name. */

import { html, useState } from "/pages/lib/base.js";
import { Button, Dialog, Field, Trouble, useAction } from "/pages/lib/ui.js";
import { useOps } from "../context.js";
import { said } from "./form.js";

/**
 * @param {object} props
 * @param {string} props.submit on the button that does it
 * @param {string} [props.typed] what must be typed first, such as the drawing's name
 * @param {boolean} [props.reason] whether a reason must be given: 3 to 200 characters
 * @param {(reason?: string) => Promise<any>} props.onConfirm may ask for the second factor
 */
export function Confirm({ title, submit, typed, reason = false, danger = false, onConfirm, onClose, children }) {
  const { stepUp } = useOps();
  const [written, setWritten] = useState("");
  const [run, { busy, problem }] = useAction(async (why) => {
    await stepUp(() => onConfirm(why));
    onClose();
  });
  const onSubmit = (event) => {
    event.preventDefault();
    run(new FormData(event.target).get("reason")?.trim());
  };
  const wrong = problem?.fields?.reason;
  return html`<${Dialog} title=${title} onClose=${onClose}>
    <form class="stack" onSubmit=${onSubmit} novalidate>
      ${children}
      <${Trouble} problem=${problem && !wrong ? said(problem) : null} />
      ${reason && html`<${Field} label="Reason" name="reason" required error=${wrong} hint="Players and the audit log read it." />`}
      ${typed && html`<${Field} label="Type the name to confirm" name="typed" autocomplete="off" hint=${typed} onInput=${(event) => setWritten(event.target.value)} />`}
      <${Button} type="submit" kind="wide primary ${danger ? "danger" : ""}" busy=${busy} disabled=${busy || (typed !== undefined && written.trim() !== typed)}>${submit}<//>
    </form>
  <//>`;
}
