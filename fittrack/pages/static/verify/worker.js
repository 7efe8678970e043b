/** Verifies beside the page, which stays usable meanwhile. Answers `{check}` for each, then `{done}`. */

import { verify } from "./checks.js";

addEventListener("message", ({ data }) => {
  try {
    for (const check of verify(data)) postMessage({ check });
  } catch (error) {
    postMessage({ check: { name: "record", ok: false, sentence: `The record cannot be verified: ${error.message}.` } });
  }
  postMessage({ done: true });
});
