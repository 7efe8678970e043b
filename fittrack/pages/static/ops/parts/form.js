/** Forms whose fields, limits and messages come from a schema of the API. */

import { html, useRef, useState } from "/pages/lib/base.js";
import { Button, Field, Trouble, Waiting, useAction, useLoaded } from "/pages/lib/ui.js";
import { fault, propertyOf, schemaOf } from "./schema.js";

/** Characters from which on a text gets an area. */
const AREA_FROM = 500;

const at = (object, path) => path.split(".").reduce((value, name) => value?.[name], object);

function put(object, path, value) {
  const [first, ...rest] = path.split(".");
  return { ...object, [first]: rest.length > 0 ? put(object[first] ?? {}, rest.join("."), value) : value };
}

/** An instant as `datetime-local` writes it, in the operator's time zone. */
function localTime(instant) {
  if (!instant) return "";
  const date = new Date(instant);
  return new Date(date - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16);
}

/** What a control says, in the type of its schema; undefined when it says nothing. */
function typed(property, control) {
  if (property.type === "boolean") return control.checked;
  const text = control.value.trim();
  if (text === "") return property.nullable ? null : undefined;
  if (property.type === "integer") return Number(text);
  if (property.format === "date-time") return new Date(text).toISOString();
  return text;
}

/**
 * @param {object} props
 * @param {string} props.schema name of the body's schema in the OpenAPI document
 * @param {{name: string, label: string, hint?: string, options?: [string, string][]}[]} props.fields dotted names
 * @param {object} [props.initial] what is there already; then only what changes is sent
 * @param {object} [props.start] what stands in the fields of something new
 * @param {(body: object) => Promise<any>} props.onSend rejects with `Problem`, whose fields are shown at the fields
 */
export function SchemaForm({ schema: name, fields, initial, start, submit, onSend, children }) {
  const { data, problem: missing, reload } = useLoaded(() => schemaOf(name), [name]);
  const [faults, setFaults] = useState({});
  const form = useRef(null);
  const [send, { busy, problem }] = useAction(onSend);
  if (missing) return html`<${Trouble} problem=${missing} retry=${reload} />`;
  if (!data) return html`<${Waiting} lines=${6} />`;
  const properties = Object.fromEntries(fields.map((field) => [field.name, propertyOf(data.schema, field.name, data.all)]));

  const onSubmit = (event) => {
    event.preventDefault();
    const { body, found } = read(fields, properties, event.target, initial);
    setFaults(found);
    const first = fields.find((field) => found[field.name]);
    if (first) event.target.elements[first.name].focus();
    else send(body);
  };
  const refused = { ...problem?.fields };
  const elsewhere = problem && !fields.some((field) => refused[field.name]) ? said(problem) : null;
  return html`<form ref=${form} class="stack" onSubmit=${onSubmit} novalidate>
    <${Trouble} problem=${elsewhere} />
    <div class="spread">
      ${fields.map(
        (field) => html`<${Control} key=${field.name} ...${field} property=${properties[field.name]}
          value=${at(initial ?? start, field.name) ?? (initial ? null : properties[field.name].default)} error=${faults[field.name] ?? refused[field.name]} />`,
      )}
    </div>
    <div class="row"><${Button} type="submit" kind="primary" busy=${busy}>${submit}<//>${children}</div>
  </form>`;
}

function read(fields, properties, form, initial) {
  const found = {};
  let body = {};
  for (const { name } of fields) {
    const property = properties[name];
    const value = typed(property, form.elements[name]);
    const wrong = initial && value === undefined ? "Needed" : fault(property, value);
    if (wrong) found[name] = wrong;
    const before = at(initial, name) ?? null;
    const same = property.format === "date-time" ? localTime(before) === localTime(value) : before === (value ?? null);
    if (value !== undefined && (!initial || !same)) body = put(body, name, value);
  }
  if (initial && body.eligibility) body.eligibility = { ...initial.eligibility, ...body.eligibility }; // replaced as a whole
  return { body, found };
}

/** A problem with what it says of fields that the form does not have. */
export function said(problem) {
  const more = Object.entries(problem.fields ?? {}).map(([field, detail]) => `${field.replaceAll("_", " ")}: ${detail}`);
  return more.length > 0 ? { message: [problem.message, ...more].join(" ") } : problem;
}

function Control({ name, label, hint, options, property, value, error }) {
  const common = { label, name, hint, error, required: property.required };
  if (property.type === "boolean") {
    return html`<label class="check"><input type="checkbox" name=${name} defaultChecked=${Boolean(value)} /><span>${label}${hint && html`<span class="small soft"> ${hint}</span>`}</span></label>`;
  }
  if (property.enum || options) {
    const listed = options ?? property.enum.map((one) => [one, one]);
    return html`<${Field} ...${common} as="select">
      ${(property.nullable || options) && html`<option value="">None</option>`}
      ${listed.map(([key, text]) => html`<option value=${key} selected=${key === value}>${text}</option>`)}
    <//>`;
  }
  if (property.format === "date-time") return html`<${Field} ...${common} type="datetime-local" defaultValue=${localTime(value)} />`;
  if (property.type === "integer") {
    return html`<${Field} ...${common} type="number" inputmode="numeric" min=${property.minimum} max=${property.maximum} defaultValue=${value ?? ""} />`;
  }
  if ((property.maxLength ?? 0) > AREA_FROM) return html`<div class="full"><${Field} ...${common} as="textarea" rows="3" maxlength=${property.maxLength} defaultValue=${value ?? ""} /></div>`;
  return html`<${Field} ...${common} maxlength=${property.maxLength} defaultValue=${value ?? ""} />`;
}
