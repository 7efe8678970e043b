/** Forms whose fields, limits and messages come from a schema of the API. */

import { html } from "/pages/lib/base.js";
import { localTime, words } from "/pages/lib/format.js";
import { Field, Trouble, Waiting, useLoaded } from "/pages/lib/ui.js";
import { OpsForm } from "./form.js";
import { fault, propertyOf, schemaOf } from "./schema.js";

/** Characters from which on a text gets an area. */
const AREA_FROM = 500;

const at = (object, path) => path.split(".").reduce((value, name) => value?.[name], object);

function put(object, path, value) {
  const [first, ...rest] = path.split(".");
  return { ...object, [first]: rest.length > 0 ? put(object[first] ?? {}, rest.join("."), value) : value };
}

const written = (instant) => (instant ? localTime(instant) : "");

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
 * @param {{name: string, label: string, hint?: string, options?: [string, string][]}[]} props.fields dotted names; `options`
 *   are what may be chosen, with what it is called, where the schema does not say
 * @param {object} [props.initial] what is there already; then only what changes is sent
 * @param {object} [props.start] what stands in the fields of something new
 * @param {(body: object) => Promise<any>} props.onSend as in `Form`, as are `submit` and the rest
 */
export function SchemaForm({ schema: name, fields, initial, start, ...form }) {
  const { data, problem, reload } = useLoaded(() => schemaOf(name), [name]);
  if (problem) return html`<${Trouble} problem=${problem} retry=${reload} />`;
  if (!data) return html`<${Waiting} lines=${6} />`;
  const properties = Object.fromEntries(fields.map((field) => [field.name, propertyOf(data.schema, field.name, data.all)]));
  const value = (field) => at(initial ?? start, field.name) ?? (initial ? null : properties[field.name].default);
  return html`<${OpsForm} ...${form} read=${(element) => read(fields, properties, element, initial)}>
    ${(wrong) => html`<div class="spread">
      ${fields.map((field) => html`<${Control} key=${field.name} ...${field} property=${properties[field.name]} value=${value(field)} error=${wrong(field.name)} />`)}
    </div>`}
  <//>`;
}

function read(fields, properties, form, initial) {
  const faults = {};
  let said = {};
  for (const { name } of fields) {
    const property = properties[name];
    const value = typed(property, form.elements[name]);
    const wrong = initial && value === undefined ? "Needed" : fault(property, value);
    if (wrong) faults[name] = wrong;
    const before = at(initial, name) ?? null;
    const same = property.format === "date-time" ? written(before) === written(value) : before === (value ?? null);
    if (value !== undefined && (!initial || !same)) said = put(said, name, value);
  }
  if (initial && said.eligibility) said.eligibility = { ...initial.eligibility, ...said.eligibility }; // replaced as a whole
  return { said, faults };
}

function Control({ name, label, hint, options, property, value, error }) {
  const common = { label, name, hint, error, required: property.required };
  if (property.type === "boolean") {
    return html`<label class="check"><input type="checkbox" name=${name} defaultChecked=${Boolean(value)} /><span>${label}${hint && html`<span class="small soft"> ${hint}</span>`}</span></label>`;
  }
  if (property.enum || options) {
    const listed = options ?? property.enum.map((one) => [one, words(one)]);
    return html`<${Field} ...${common} as="select">
      ${(property.nullable || !property.enum) && html`<option value="">None</option>`}
      ${listed.map(([key, text]) => html`<option value=${key} selected=${key === value}>${text}</option>`)}
    <//>`;
  }
  if (property.format === "date-time") return html`<${Field} ...${common} type="datetime-local" defaultValue=${written(value)} />`;
  if (property.format === "date") return html`<${Field} ...${common} type="date" defaultValue=${value ?? ""} />`;
  if (property.type === "integer") {
    return html`<${Field} ...${common} type="number" inputmode="numeric" min=${property.minimum} max=${property.maximum} defaultValue=${value ?? ""} />`;
  }
  if ((property.maxLength ?? 0) > AREA_FROM) return html`<div class="full"><${Field} ...${common} as="textarea" rows="3" maxlength=${property.maxLength} defaultValue=${value ?? ""} /></div>`;
  return html`<${Field} ...${common} maxlength=${property.maxLength} defaultValue=${value ?? ""} />`;
}
