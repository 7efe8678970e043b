/** The API's own description of its bodies: forms take their limits from it, so that they say what the server would. */

import { Problem } from "/pages/lib/api.js";

let loading = null;

async function load() {
  const response = await fetch("/openapi.json");
  if (!response.ok) throw new Problem(response.status, {});
  return (await response.json()).components.schemas;
}

/** The schema of that name, and all schemas for what it refers to: `{schema, all}`. */
export async function schemaOf(name) {
  loading ??= load().catch((problem) => {
    loading = null;
    throw problem;
  });
  const all = await loading;
  return { schema: all[name], all };
}

/** What a schema comes to, references followed; `nullable` when null is allowed. */
export function resolved(schema, all) {
  if (schema.$ref) return { ...resolved(all[schema.$ref.split("/").pop()], all), ...without(schema, "$ref") };
  if (!schema.anyOf) return schema;
  const given = schema.anyOf.filter(({ type }) => type !== "null");
  const one = given.length === 1 ? resolved(given[0], all) : {};
  return { ...one, ...without(schema, "anyOf"), nullable: given.length < schema.anyOf.length };
}

/** The schema of `eligibility.user_type` inside of one, and whether it must be there. */
export function propertyOf(schema, path, all) {
  let found = resolved(schema, all);
  let required = true;
  for (const name of path.split(".")) {
    required = required && (found.required ?? []).includes(name);
    found = resolved(found.properties[name], all);
  }
  return { ...found, required };
}

const without = (object, name) => Object.fromEntries(Object.entries(object).filter(([key]) => key !== name));

/** What is wrong with a value, as a sentence; null when nothing is. */
export function fault(property, value) {
  const { required, nullable, type, minimum, maximum, minLength = 0, maxLength = Infinity, pattern } = property;
  if (value === null || value === undefined || value === "") return required && !nullable ? "Needed" : null;
  if (property.enum && !property.enum.includes(value)) return `One of ${property.enum.join(", ")}`;
  if (type === "integer" && !Number.isSafeInteger(value)) return "A whole number";
  if (value < minimum || value > maximum) return `From ${minimum.toLocaleString("en-US")} to ${maximum.toLocaleString("en-US")}`;
  if (typeof value !== "string") return null;
  if (value.length < minLength) return `At least ${minLength} characters`;
  if (value.length > maxLength) return `At most ${maxLength} characters`;
  if (pattern && !new RegExp(pattern, "u").test(value)) return property.description ?? "Not in the expected form";
  return null;
}
