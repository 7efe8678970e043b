/** The profile's form, new or to be changed. */

import { html } from "/pages/lib/base.js";
import { Field } from "/pages/lib/ui.js";

export function ProfileFields({ profile = {}, wrong }) {
  const option = (name, value, label) => html`<option value=${value} selected=${profile[name] === value}>${label}</option>`;
  return html`
    <${Field} label="Display name" name="display_name" autocomplete="nickname" required defaultValue=${profile.display_name ?? ""} error=${wrong("display_name")}
      hint="Others see it on boards and among winners" />
    <${Field} label="Biological sex" name="biological_sex" as="select" required error=${wrong("biological_sex")} hint="Used for tiers only">
      <option value="">Choose…</option>${option("biological_sex", "female", "Female")}${option("biological_sex", "male", "Male")}
    <//>
    <${Field} label="Fitness level" name="fitness_level" as="select" required error=${wrong("fitness_level")}>
      <option value="">Choose…</option>${option("fitness_level", "beginner", "Beginner")}${option("fitness_level", "intermediate", "Intermediate")}${option("fitness_level", "advanced", "Advanced")}
    <//>
    <div class="two">
      <${Field} label="Height, inches" name="height_inches" type="number" inputmode="decimal" step="any" defaultValue=${profile.height_inches ?? ""} error=${wrong("height_inches")} hint="Optional" />
      <${Field} label="Weight, pounds" name="weight_pounds" type="number" inputmode="decimal" step="any" defaultValue=${profile.weight_pounds ?? ""} error=${wrong("weight_pounds")} hint="Optional" />
    </div>
  `;
}

/** What the form says, as the API takes it; `goals` are not asked here and stay. */
export function profileOf({ display_name, biological_sex, fitness_level, height_inches, weight_pounds }, { goals = [] } = {}) {
  const optional = (value) => (value === "" ? null : Number(value));
  return {
    display_name,
    biological_sex,
    fitness_level,
    height_inches: optional(height_inches),
    weight_pounds: optional(weight_pounds),
    goals: goals.length > 0 ? goals : null,
  };
}
