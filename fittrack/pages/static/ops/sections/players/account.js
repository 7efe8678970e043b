/** Making accounts for others, and correcting whose they are. */

import { html, useState } from "/pages/lib/base.js";
import { when } from "/pages/lib/format.js";
import { useOps } from "../../context.js";
import { AboutDialog } from "../../parts/form.js";
import { SchemaForm } from "../../parts/schema_form.js";

const CODES = { "email-taken": "email" };
const AUDITED = "Kept in the audit log";

const INVITED = [
  { name: "email", label: "Email" },
  { name: "date_of_birth", label: "Date of birth" },
  { name: "state", label: "State", hint: "Two letters" },
  { name: "reason", label: "Reason", hint: AUDITED },
];

/** What is there already is not shown: nobody needs to see it to correct it. */
const CORRECTED = [
  { name: "email", label: "Email", hint: "It must be verified again: every session ends" },
  { name: "date_of_birth", label: "Date of birth" },
  { name: "state", label: "State", hint: "Two letters" },
  { name: "reason", label: "Reason", hint: AUDITED },
];

export function Invite({ onClose, onDone }) {
  const { api, tell } = useOps();
  const invite = async (body) => {
    const { email, invitation_expires_at: until } = await api.post("users", body);
    tell({ title: "Invited", text: `${email}, until ${when(until)}` });
    onClose();
    onDone();
  };
  return html`<${AboutDialog} title="Invite somebody" onClose=${onClose}>
    <div class="stack">
      <p>An invitation is mailed. The account is pending until it is accepted.</p>
      <${SchemaForm} schema="Invite" fields=${INVITED} codes=${CODES} submit="Invite" onSend=${invite} />
    </div>
  <//>`;
}

export function Correct({ player, etag, name, about, onClose, onDone }) {
  const { api, tell } = useOps();
  const [seen] = useState(etag);
  const correct = async (body) => {
    await api.patch(`users/${player.user_id}`, body, { headers: { "If-Match": seen } });
    tell({ title: "Corrected", text: name });
    onClose();
    onDone();
  };
  return html`<${AboutDialog} title="Correct ${name}" about=${about} onClose=${onClose}>
    <div class="stack">
      <p>What is left empty stays as it is.</p>
      <${SchemaForm} schema="Correction" fields=${CORRECTED} codes=${CODES} submit="Correct" onSend=${correct} />
    </div>
  <//>`;
}
