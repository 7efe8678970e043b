/** Line icons of 24 by 24, drawn with one path. */

import { html } from "./base.js";

export function LineIcon({ path }) {
  return html`<svg class="line-icon" viewBox="0 0 24 24" width="24" height="24" fill="none" stroke="currentColor" stroke-width="1.8" stroke-linecap="round" stroke-linejoin="round" aria-hidden="true"><path d=${path} /></svg>`;
}
