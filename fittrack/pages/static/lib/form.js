/** Forms: sent once at a time, with what is wrong beside the field that it is about. */

import { html, useEffect, useRef, useState } from "./base.js";
import { Button, Trouble, useAction } from "./ui.js";

/** What the fields say, as texts by their names, and what the browser finds wrong with them. */
export function textsOf(form) {
  const faults = [...form.elements].filter(({ name, validity }) => name && validity && !validity.valid);
  return {
    said: Object.fromEntries(new FormData(form)),
    faults: Object.fromEntries(faults.map(({ name, validationMessage }) => [name, validationMessage])),
  };
}

/** A problem together with what it says of fields that the form does not have. */
function withMore(problem, fields) {
  const more = fields.map((field) => [field.replaceAll("_", " "), problem.fields[field]].filter(Boolean).join(": "));
  return more.length > 0 ? { message: [problem.message, ...more].join(" ") } : problem;
}

/**
 * @param {object} props
 * @param {(said: any) => Promise<any>} props.onSend rejects with a `Problem`, which the form shows
 * @param {(form: HTMLFormElement) => {said: any, faults: Object<string, string>}} [props.read] what the form says
 *   to `onSend`; with any fault it is not sent
 * @param {string} props.submit on the button
 * @param {string} [props.kind] of the button
 * @param {Object<string, string>} [props.codes] fields by the codes of problems that are about them as a whole
 * @param {(wrong: (field: string) => string | undefined) => any} props.children the fields
 */
export function Form({ onSend, read = textsOf, submit, kind = "primary wide", disabled = false, codes = {}, label, children }) {
  const form = useRef(null);
  const [faults, setFaults] = useState({});
  const [send, { busy, problem }] = useAction(onSend);
  const about = codes[problem?.code];
  const refused = about ? { [about]: problem.message } : (problem?.fields ?? {});
  const elsewhere = Object.keys(refused).filter((name) => !form.current?.elements.namedItem(name));
  const general = problem && (Object.keys(refused).length === 0 || elsewhere.length > 0);
  useEffect(() => form.current.querySelector('[aria-invalid="true"]')?.focus(), [faults, problem]);

  const onSubmit = (event) => {
    event.preventDefault();
    if (disabled || busy) return;
    const { said, faults: found } = read(form.current);
    setFaults(found);
    if (Object.keys(found).length === 0) send(said);
  };
  return html`<form ref=${form} class="stack" onSubmit=${onSubmit} novalidate aria-label=${label}>
    ${children((name) => faults[name] ?? refused[name])}
    <${Trouble} problem=${general ? withMore(problem, elsewhere) : null} />
    <${Button} type="submit" kind=${kind} busy=${busy} disabled=${disabled}>${submit}<//>
  </form>`;
}
