/** The prizes of a template: every drawing that it makes gets its own. They are replaced as a whole. */

import { Problem } from "/pages/lib/api.js";
import { html, useState } from "/pages/lib/base.js";
import { Nothing, Trouble } from "/pages/lib/ui.js";
import { useOps } from "../../context.js";
import { Confirm } from "../../parts/form.js";
import { PrizeDialog, PrizeLine, useSponsors } from "../../parts/prizes.js";
import { aboutOf, asRead } from "./about.js";

/** What the API says of the prize at `index` is about the fields of the dialog. */
function ofTheDialog(problem, index) {
  if (!problem.errors?.length) return problem;
  const errors = problem.errors.map((error) => ({ ...error, pointer: error.pointer?.replace(`/prizes/${index}/`, "/") }));
  return new Problem(problem.status, { ...problem.document, errors });
}

export function Prizes({ template, etag, onDone }) {
  const { api } = useOps();
  const [open, setOpen] = useState(null);
  const { data: sponsors, problem, reload } = useSponsors();
  const { template_id: id, prizes } = template;
  const about = aboutOf(template);
  const ask = (what, index) => setOpen({ what, index, before: prizes, etag });
  const close = () => setOpen(null);
  const nameOf = ({ sponsor_id: wanted }) => sponsors?.items.find((sponsor) => sponsor.sponsor_id === wanted)?.name;
  const replace = (changed) => api.patch(`drawing-templates/${id}`, { prizes: changed }, asRead(open.etag)).then(onDone);
  const put = (body) => {
    const { index, before } = open;
    const changed = [...before];
    changed[index] = { ...before[index], ...body };
    return replace(changed).catch((refused) => Promise.reject(ofTheDialog(refused, index)));
  };
  const listed = prizes.map((prize, index) => ({ prize, index })).sort((a, b) => a.prize.rank - b.prize.rank);
  return html`<section class="card stack tight" aria-labelledby="prizes-title">
    <div class="row between">
      <h2 id="prizes-title">Prizes</h2>
      <button type="button" class="button small" onClick=${() => ask("put", prizes.length)}>Add a prize</button>
    </div>
    <${Trouble} problem=${problem} retry=${reload} />
    ${prizes.length === 0 && html`<${Nothing} title="No prizes yet">A template is activated with one prize or more.<//>`}
    <ul class="lines">
      ${listed.map(
        ({ prize, index }) => html`<${PrizeLine} key=${index} prize=${prize} sponsor=${nameOf(prize)} onEdit=${() => ask("put", index)} onRemove=${() => ask("remove", index)} />`,
      )}
    </ul>
    ${open?.what === "remove" &&
    html`<${Confirm} title="Remove a prize" about=${about} submit="Remove" danger onClose=${close} onConfirm=${() => replace(open.before.filter((_, index) => index !== open.index))}>
      <p>${open.before[open.index].name} will no longer be a prize of the drawings that are made.</p>
    <//>`}
    ${open?.what === "put" &&
    html`<${PrizeDialog} schema="PrizeFields" prize=${open.before[open.index]} nextRank=${open.before.length + 1} about=${about} onSend=${put} onClose=${close} />`}
  </section>`;
}
