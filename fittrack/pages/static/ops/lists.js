/** Lists of the console: filters, a table that becomes cards on a phone, pages. */

import { html, useState } from "/pages/lib/base.js";
import { number, words } from "/pages/lib/format.js";
import { Button, Nothing, Trouble, Waiting, useLoaded } from "/pages/lib/ui.js";
import { useOps } from "./context.js";

/** A list of the API's, filtered and paged: what `List` shows. It is loaded again when `round` is another. */
export function useList(path, initial = {}, round = 0) {
  const { api } = useOps();
  const [asked, setAsked] = useState({ page: 1, ...initial });
  const loaded = useLoaded(() => api.get(path, asked), [path, JSON.stringify(asked), round]);
  return {
    ...loaded,
    asked,
    filter: (changes) => setAsked((now) => ({ ...now, page: 1, ...changes })),
    turn: (page) => setAsked((now) => ({ ...now, page })),
  };
}

/** A choice among values, or pairs of a value and what it is called; the empty one means all. */
export function Choice({ list, name, label, values }) {
  return html`<label class="filter"><span>${label}</span>
    <select value=${list.asked[name] ?? ""} onChange=${(event) => list.filter({ [name]: event.target.value })}>
      <option value="">All</option>
      ${values.map((value) => {
        const [key, text = words(key)] = [value].flat();
        return html`<option value=${key}>${text}</option>`;
      })}
    </select>
  </label>`;
}

/** Free text; asked for when it is left or Enter is pressed. */
export function Search({ list, name = "q", label, kind = "wide" }) {
  return html`<label class="filter ${kind}"><span>${label}</span>
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
    ${items.length > 0 && pagination && html`<${Pages} pagination=${pagination} turn=${list.turn} />`}
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
            ${columns.map((column, i) => html`<td data-title=${column.title} class=${column.numeric ? "numbers end" : ""}><span>${cell(row, column, i === 0)}</span></td>`)}
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
      <${Button} kind="small" aria-disabled=${page <= 1} onClick=${() => page > 1 && turn(page - 1)}>Back<//>
      <${Button} kind="small" aria-disabled=${page >= pages} onClick=${() => page < pages && turn(page + 1)}>Next<//>
    </span>`}
  </nav>`;
}
