/** Lists of the console: filters, a table that becomes cards on a phone, pages, and actions that want a reason. */

import { html, useState } from "/pages/lib/base.js";
import { number, words } from "/pages/lib/format.js";
import { Button, Dialog, Field, Nothing, Trouble, Waiting, useAction, useLoaded } from "/pages/lib/ui.js";
import { useOps } from "./context.js";

/** A list of the API's, filtered and paged: what `List` shows. */
export function useList(path, initial = {}) {
  const { api } = useOps();
  const [asked, setAsked] = useState({ page: 1, ...initial });
  const loaded = useLoaded(() => api.get(path, asked), [path, JSON.stringify(asked)]);
  return {
    ...loaded,
    asked,
    filter: (changes) => setAsked((now) => ({ ...now, page: 1, ...changes })),
    turn: (page) => setAsked((now) => ({ ...now, page })),
  };
}

/** A choice among values; the empty one means all. */
export function Choice({ list, name, label, values }) {
  return html`<label class="filter"><span>${label}</span>
    <select value=${list.asked[name] ?? ""} onChange=${(event) => list.filter({ [name]: event.target.value })}>
      <option value="">All</option>
      ${values.map((value) => html`<option value=${value}>${words(value)}</option>`)}
    </select>
  </label>`;
}

/** Free text; asked for when it is left or Enter is pressed. */
export function Search({ list, name = "q", label }) {
  return html`<label class="filter wide"><span>${label}</span>
    <input type="search" defaultValue=${list.asked[name] ?? ""} onChange=${(event) => list.filter({ [name]: event.target.value.trim() })} />
  </label>`;
}

/**
 * A table with pages. `columns`: `[{title, show(row), numeric?}]`; `open(row)` makes the first cell a button.
 */
export function List({ list, label, columns, id, open, nothing = "Nothing here" }) {
  if (!list.data) return list.problem ? html`<${Trouble} problem=${list.problem} retry=${list.reload} />` : html`<${Waiting} lines=${8} />`;
  const { items, pagination } = list.data;
  return html`
    <${Trouble} problem=${list.problem} retry=${list.reload} />
    ${items.length === 0 ? html`<${Nothing} title=${nothing} />` : html`<${Table} label=${label} columns=${columns} rows=${items} id=${id} open=${open} />`}
    ${pagination && html`<${Pages} pagination=${pagination} turn=${list.turn} />`}
  `;
}

export function Table({ label, columns, rows, id, open }) {
  const cell = (row, { show }, first) =>
    first && open ? html`<button type="button" class="link" onClick=${() => open(row)}>${show(row)}</button>` : show(row);
  return html`<div class="scroll" role="region" aria-label=${label} tabindex="0">
    <table class="list">
      <thead>
        <tr>${columns.map(({ title, numeric }) => html`<th scope="col" class=${numeric ? "numbers end" : ""}>${title}</th>`)}</tr>
      </thead>
      <tbody>
        ${rows.map(
          (row) => html`<tr key=${row[id]}>
            ${columns.map((column, i) => html`<td data-title=${column.title} class=${column.numeric ? "numbers end" : ""}>${cell(row, column, i === 0)}</td>`)}
          </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}

export function Pages({ pagination: { page, total_pages: pages, total_items: items }, turn }) {
  if (items === undefined) return null;
  return html`<nav class="row between pages" aria-label="Pages of the list">
    <span class="small soft numbers">${number(items)} in all${pages > 1 ? `, page ${number(page)} of ${number(pages)}` : ""}</span>
    ${pages > 1 &&
    html`<span class="row">
      <${Button} kind="small" disabled=${page <= 1} onClick=${() => turn(page - 1)}>Back<//>
      <${Button} kind="small" disabled=${page >= pages} onClick=${() => turn(page + 1)}>Next<//>
    </span>`}
  </nav>`;
}

/** A form in a dialog: asks, does, closes; what was refused stays beside its field. */
export function FormDialog({ title, submit, danger = false, action, onClose, children }) {
  const [run, { busy, problem }] = useAction(async (form) => {
    await action(form);
    onClose();
  });
  const onSubmit = (event) => {
    event.preventDefault();
    run(Object.fromEntries(new FormData(event.target)));
  };
  const wrong = problem?.fields ?? {};
  const known = (name) => wrong[name];
  return html`<${Dialog} title=${title} onClose=${onClose}>
    <form class="stack" onSubmit=${onSubmit}>
      <${Trouble} problem=${problem && (Object.keys(wrong).length === 0 || problem.status !== 422) ? problem : null} />
      ${typeof children === "function" ? children(known) : children}
      <${Button} type="submit" kind="primary wide ${danger ? "danger" : ""}" busy=${busy}>${submit}<//>
    </form>
  <//>`;
}

/** The reason that goes to the audit log. */
export const Reason = ({ wrong }) => html`<${Field} label="Reason" name="reason" required minlength="3" maxlength="500" error=${wrong?.("reason")} hint="Kept in the audit log" />`;

/** Status as a coloured word. */
export function Status({ value }) {
  const kind = KINDS[value] ?? "";
  return html`<span class="tag ${kind}">${words(value)}</span>`;
}

const KINDS = {
  active: "good",
  delivered: "good",
  cleared: "good",
  open: "gold",
  pending: "gold",
  winner_notified: "gold",
  address_invalid: "bad",
  suspended: "bad",
  banned: "bad",
  forfeited: "bad",
  failed: "bad",
  confirmed: "bad",
};
