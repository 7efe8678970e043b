/** The code that a link in a letter carries behind the `#`, where no server sees it. */

const PURPOSES = ["verify", "reset"];

/**
 * Take it from the address, so that neither history nor a bookmark keeps it.
 * @returns {{name: "verify" | "reset", token: string, email: string} | null} the step that it is for, and what it needs
 */
export function takeMailedCode() {
  const said = new URLSearchParams(location.hash.slice(1));
  const name = PURPOSES.find((purpose) => said.has(purpose));
  if (!name) return null;
  history.replaceState(null, "", location.pathname + location.search);
  return { name, token: said.get(name), email: said.get("email") ?? "" };
}
