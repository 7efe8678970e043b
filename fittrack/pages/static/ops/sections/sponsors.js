/** Sponsors: those with prizes are deactivated rather than deleted. */

import { html, useState } from "/pages/lib/base.js";
import { number } from "/pages/lib/format.js";
import { Button, Field } from "/pages/lib/ui.js";
import { useOps, useRounds } from "../context.js";
import { List, Search, useList } from "../lists.js";
import { FormDialog } from "../parts/form.js";
import { Status } from "../parts/status.js";

const COLUMNS = [
  { title: "Name", show: (row) => row.name },
  { title: "Contact", show: (row) => [row.contact_name, row.contact_email].filter(Boolean).join(", ") || "—" },
  { title: "Prizes", numeric: true, show: (row) => number(row.prizes) },
  { title: "State", show: (row) => html`<${Status} value=${row.active ? "active" : "inactive"} />` },
];

export function Sponsors() {
  const list = useList("sponsors", {}, useRounds("sponsor"));
  const [chosen, setChosen] = useState(null);
  return html`<div class="view stack">
    <div class="row between"><h1>Sponsors</h1><${Button} kind="primary small" onClick=${() => setChosen({})}>New sponsor<//></div>
    <div class="row filters"><${Search} list=${list} label="Name" /></div>
    <${List} list=${list} label="Sponsors" columns=${COLUMNS} id="sponsor_id" open=${setChosen} nothing="No sponsors yet" />
    ${chosen && html`<${Edit} sponsor=${chosen} onClose=${() => setChosen(null)} onDone=${list.reload} />`}
  </div>`;
}

const FIELDS = [
  ["name", "Name", { required: true }],
  ["website_url", "Website", { type: "url" }],
  ["logo_url", "Logo", { type: "url" }],
  ["contact_name", "Contact", {}],
  ["contact_email", "Contact email", { type: "email" }],
];

function Edit({ sponsor, onClose, onDone }) {
  const { api, tell } = useOps();
  const known = sponsor.sponsor_id !== undefined;
  const save = async ({ active, ...form }) => {
    const given = Object.fromEntries(Object.entries(form).map(([name, value]) => [name, value === "" ? null : value]));
    if (known) await api.patch(`sponsors/${sponsor.sponsor_id}`, { ...given, active: active === "on" });
    else await api.post("sponsors", given);
    tell({ title: known ? "Saved" : "Sponsor added", text: form.name });
    onDone();
  };
  const about = known && { type: "sponsor", id: sponsor.sponsor_id };
  return html`<${FormDialog} title=${known ? sponsor.name : "New sponsor"} about=${about} submit="Save" onSend=${save} onClose=${onClose}>
    ${(wrong) => html`
      ${FIELDS.map(([name, label, more]) => html`<${Field} label=${label} name=${name} defaultValue=${sponsor[name] ?? ""} error=${wrong(name)} ...${more} />`)}
      ${known && html`<label class="check"><input type="checkbox" name="active" defaultChecked=${sponsor.active} /><span>Active: may be chosen for prizes</span></label>`}
    `}
  <//>`;
}
