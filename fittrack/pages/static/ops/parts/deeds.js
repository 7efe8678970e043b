/** Actions of the audit log in words, and where to see what they were done to. */

/** Those whose names do not tell by themselves. */
const SAID = {
  "admin.create": "made an admin",
  "client.add-secret": "gave a client a new secret",
  "client.revoke-secret": "revoked a client's secret",
  "drawing.enter-beacon": "entered a beacon's round",
  "drawing.execute": "drew the winners",
  "drawing.redraw": "drew a prize again",
  "fulfillment.invalidate-address": "sent an address back",
  "fulfillment.notify": "notified a winner",
  "keys.rotation-begin": "began to rotate the keys",
  "keys.rotation-end": "finished rotating the keys",
  "mfa.confirm": "set up a second factor",
  "mfa.enroll": "began to set up a second factor",
  "mfa.recover": "used a recovery code",
  "mfa.reset": "reset a second factor",
  "user.adjust_points": "adjusted a player's points",
  "user.correct": "corrected an account",
  "user.profile": "changed a profile",
  "user.resolve_review": "decided a review",
  "user.role": "changed a player's role",
  "user.status": "changed a player's status",
  "webhook.redeliver": "had webhook events sent again",
  "webhook.rotate_secret": "changed a webhook's secret",
};

const NOUNS = { fulfillment: "prize", user: "account", "drawing-template": "drawing template" };
const PAST = { cancel: "cancelled", ship: "shipped", forfeit: "forfeited" };

const past = (verb) => PAST[verb] ?? (verb.endsWith("e") ? `${verb}d` : `${verb}ed`);

/** `drawing.schedule` as `scheduled a drawing`. */
export function deed(action) {
  if (SAID[action]) return SAID[action];
  const [thing, verb] = action.split(".");
  const noun = NOUNS[thing] ?? thing.replaceAll("-", " ");
  return `${past(verb.replaceAll(/[-_]/g, " "))} ${/^[aeiou]/.test(noun) ? "an" : "a"} ${noun}`;
}

const PLACES = { drawing: "drawings", drawing_template: "templates", user: "players" };

/** Where something can be seen; null when it has no page of its own. */
export const placeOfThing = (type, id) => (PLACES[type] && id ? `#/${PLACES[type]}/${id}` : null);
