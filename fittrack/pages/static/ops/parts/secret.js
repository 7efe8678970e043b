/** A secret is shown once: whoever closes this has it, or makes another. */

import { html, useState } from "/pages/lib/base.js";
import { Button, Dialog, useAction } from "/pages/lib/ui.js";

export function ShownOnce({ secret, children, onClose }) {
  const [copied, setCopied] = useState(false);
  const [copy, { problem }] = useAction(async () => {
    await navigator.clipboard.writeText(secret);
    setCopied(true);
  });
  return html`<${Dialog} title="Keep this secret" firm onClose=${onClose}>
    <div class="stack">
      <p>It is shown this once. ${children}</p>
      <p><code class="secret">${secret}</code></p>
      <${Button} kind="wide" onClick=${copy}>Copy<//>
      <p class="small" role="status">${copied ? "Copied." : problem && "It could not be copied: select it above."}</p>
    </div>
  <//>`;
}
