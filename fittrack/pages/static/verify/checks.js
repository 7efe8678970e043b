/**
 * Verifies a published record, or a bare test vector, by computing all of it again.
 * Whoever runs this trusts nothing but the record's bytes and this algorithm.
 *
 * @typedef {{name: string, ok: boolean, sentence: string}} Check
 */

import { isGenuine } from "./beacon.js";
import { bytesToHex, commit, draw, drawKey, hexToBytes, root, sha256 } from "./ftd1.js";
import { QUICKNET, chosenRound, timeOfRound } from "./rounds.js";

const CORE = { drawing_id: /^[0-9a-f]{32}$/, rules: null, seed: /^[0-9a-f]{64}$/, seed_commit: /^[0-9a-f]{64}$/ };
const PUBLISHED = ["winners", "alternates", "beacon_round", "instants", "digest"];
const HEX16 = /^[0-9a-f]{32}$/;
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;
const ON_TIME_MS = 10_000;

const NO_BEACON =
  "No public beacon took part. The draw follows from the entries and from a seed that was fixed before the first sale; " +
  "but whoever knew the seed could have chosen the last entry so as to steer the draw. It can be audited; it does not exclude the operator.";

const number = (value) => value.toLocaleString("en-US");
const check = (name, ok, good, bad) => ({ name, ok, sentence: ok ? good : bad });

/** @returns {Generator<Check>} one after another, as they are found */
export function* verify(text) {
  const { record, problems } = read(text);
  if (problems.length > 0) {
    yield* problems.map((sentence) => ({ name: "layout", ok: false, sentence }));
    return;
  }
  yield { name: "layout", ok: true, sentence: "Every field is there and well formed." };
  const did = hexToBytes(record.drawing_id);
  const over = root(did, record.entries);
  yield commitment(record, did);
  yield tickets(record);
  yield rootOf(record, over);
  const rules = rulesOf(record);
  yield promise(record, rules);
  const { drawn, found } = drawAgain(record, did, over);
  yield found;
  if (record.winners !== undefined && rules !== null) yield* publication(record, rules, drawn);
}

/** Integers of more than 53 bits as what they are. */
function exact(_, value, { source } = {}) {
  return typeof value === "number" && !Number.isSafeInteger(value) && /^\d+$/.test(source) ? BigInt(source) : value;
}

const isCount = (value) => typeof value === "bigint" || Number.isSafeInteger(value);

/** The record in a text, and sentences that say what is malformed in it. */
function read(text) {
  let record;
  try {
    record = JSON.parse(text, exact);
  } catch (error) {
    return { problems: [`This is not a JSON object: ${error.message}.`] };
  }
  if (typeof record !== "object" || record === null || Array.isArray(record)) return { problems: ["This is not a JSON object."] };
  return { record, problems: [...problemsOf(record)] };
}

function* problemsOf(record) {
  for (const [name, pattern] of Object.entries(CORE)) {
    if (typeof record[name] !== "string" || (pattern && !pattern.test(record[name]))) yield `${name}: missing or malformed.`;
  }
  if (record.beacon !== null && !/^[0-9a-f]{64}$/.test(record.beacon)) yield "beacon: neither null nor 32 bytes.";
  if (!Number.isInteger(record.want) || record.want < 0) yield "want: no number of prizes.";
  if (!Array.isArray(record.expect?.drawn) || !isCount(record.expect?.total_tickets)) yield "expect: missing or malformed.";
  if (PUBLISHED.some((name) => name in record)) {
    for (const name of PUBLISHED) if (!(name in record)) yield `${name}: missing.`;
    if (!Array.isArray(record.winners) || !Array.isArray(record.alternates)) yield "winners, alternates: no lists.";
    const instants = Object.values(record.instants ?? {}).filter((value) => value !== null);
    if (instants.length < 4 || instants.some((value) => !INSTANT.test(value))) yield "instants: missing or malformed.";
  }
  yield* entryProblems(record.entries);
}

function* entryProblems(entries) {
  if (!Array.isArray(entries)) {
    yield "entries: no list.";
    return;
  }
  let next = 1n;
  for (const [i, entry] of entries.entries()) {
    const [first, count, tag, receipt] = Array.isArray(entry) ? entry : [];
    if (!isCount(first) || BigInt(first) !== next || !isCount(count) || count < 1 || !HEX16.test(tag) || !HEX16.test(receipt)) {
      yield `entries: number ${i + 1} does not begin where the former ended, or is malformed.`;
      return;
    }
    next += BigInt(count);
  }
}

function totalOf(entries) {
  const last = entries.at(-1);
  return last ? BigInt(last[0]) + BigInt(last[1]) - 1n : 0n;
}

function commitment(record, did) {
  const found = bytesToHex(commit(did, hexToBytes(record.seed)));
  return check(
    "commitment",
    found === record.seed_commit,
    "The seed is the one that was committed to before the first sale.",
    `The seed belongs to the commitment ${found}, not to ${record.seed_commit}.`,
  );
}

function tickets({ entries, expect }) {
  const total = totalOf(entries);
  const good = total ? `${number(entries.length)} entries hold the tickets 1 to ${number(total)}, without gap or overlap.` : "There are no tickets.";
  return check("tickets", total === BigInt(expect.total_tickets), good, `The entries hold ${number(total)} tickets, the record speaks of ${expect.total_tickets}.`);
}

function rootOf({ expect }, over) {
  const found = bytesToHex(over);
  return check("root", found === expect.root, `The entries have the published root ${found}.`, `The entries have the root ${found}, published is ${expect.root}.`);
}

function rulesOf({ rules }) {
  try {
    const read = JSON.parse(rules);
    return read.algo === "FTD1" ? read : null;
  } catch {
    return null;
  }
}

function promise(record, rules) {
  if (rules === null) return { name: "rules", ok: false, sentence: "The rules are no rules of an FTD1 draw." };
  if (!rules.beacon) return check("beacon", record.beacon === null, NO_BEACON, "The rules promise no beacon, but one took part.");
  return check(
    "beacon",
    record.beacon !== null,
    `The beacon promised before the first sale took part: drand chain ${rules.beacon.chain}.`,
    "The rules promise a beacon, but none took part.",
  );
}

/** Everybody drawn whom the record speaks of, and whether it says the same. */
function drawAgain(record, did, over) {
  const alternates = record.alternates ?? [];
  const claimed = [...record.expect.drawn, ...alternates];
  const total = totalOf(record.entries);
  const beacon = record.beacon ? hexToBytes(record.beacon) : new Uint8Array();
  const key = drawKey({ seed: hexToBytes(record.seed), did, rules: record.rules, root: over, total, beacon });
  const drawn = draw(record.entries, key, {
    total,
    want: record.want + alternates.length,
    passedOver: (record.passed_over ?? []).map(({ tag }) => tag),
    lastWord: claimed.reduce((last, row) => Math.max(last, row.word), 0),
  });
  const different = drawn.findIndex((holder, i) => !sameHolder(holder, claimed[i]));
  const unfilled = record.want - record.expect.drawn.length;
  const good = `Drawing again gives the same ${number(drawn.length)} tickets in the same order.${unfilled > 0 ? ` Nobody was left for ${number(unfilled)} of ${number(record.want)} prizes.` : ""}`;
  const bad =
    different < 0
      ? `Drawing again gives ${drawn.length} tickets, the record names ${claimed.length}.`
      : `Number ${different + 1} drawn is ticket ${drawn[different].ticket} of ${drawn[different].tag} by word ${drawn[different].word}; the record says otherwise.`;
  return { drawn, found: check("draw", different < 0 && drawn.length === claimed.length, good, bad) };
}

const sameHolder = (a, b) => b !== undefined && a.ticket === BigInt(b.ticket) && a.tag === b.tag && a.word === b.word;

// --- What a published record says beyond the draw -------------------------------------------------------------

function* publication(record, rules, drawn) {
  yield digest(record);
  yield passedOver(record);
  yield promised(record, rules);
  yield winners(record, rules, drawn.slice(0, record.want));
  yield alternatesInOrder(record);
  yield instants(record, rules);
  yield* beaconRound(record, rules);
}

function digest(record) {
  const { entries, digest: said, ...covered } = record;
  const found = bytesToHex(sha256(new TextEncoder().encode(`FTD1/record\0${sorted(covered)}`)));
  return check("digest", found === said, `The record is whole. Its fingerprint is ${found}.`, `The record was changed: its fingerprint is ${found}, it says ${said}.`);
}

/** JSON with sorted keys and without spaces (RFC 8785, for the values that occur here). */
function sorted(value) {
  if (Array.isArray(value)) return `[${value.map(sorted).join(",")}]`;
  if (typeof value === "bigint") return String(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  return `{${Object.keys(value).sort().map((key) => `${JSON.stringify(key)}:${sorted(value[key])}`).join(",")}}`;
}

function passedOver({ passed_over: rows, entries }) {
  const holders = new Set(entries.map(([, , tag]) => tag));
  const tags = rows.map(({ tag }) => tag);
  const good = `${number(tags.length)} holders were passed over; who and why was fixed at the close.`;
  return check("passed-over", new Set(tags).size === tags.length && tags.every((tag) => holders.has(tag)), good, "Somebody is passed over twice, or without holding tickets.");
}

const slotsOf = ({ prizes }) => prizes.flatMap((prize) => Array(prize.quantity).fill(prize));

function promised(record, rules) {
  const same = rules.drawing_id?.replaceAll("-", "") === record.drawing_id && slotsOf(rules).length === record.want;
  return check("rules", same, `The promised rules are of this drawing and name its ${number(record.want)} prizes.`, "The promised rules are of another drawing or name another number of prizes.");
}

function winners(record, rules, drawn) {
  const slots = slotsOf(rules);
  const right =
    record.winners.length === Math.min(drawn.length, slots.length) &&
    record.winners.every((row, i) => row.slot === i + 1 && row.rank === slots[i].rank && row.prize_id === slots[i].prize_id && sameHolder(drawn[i], row));
  return check("winners", right, "Each holder drawn has the prize of their place.", "The winners are not the holders drawn, or have not the prizes of their places.");
}

function alternatesInOrder({ alternates, winners: won, instants: { drawn_at: drawnAt } }) {
  const times = [drawnAt, ...alternates.map(({ at }) => at)].map(Date.parse);
  const right = alternates.every(({ slot }) => slot >= 1 && slot <= won.length) && times.every((time, i) => i === 0 || times[i - 1] <= time);
  return check("alternates", right, `${number(alternates.length)} forfeited prizes went to the next in the same order.`, "An alternate took over a prize that nobody had won, or before the drawing or a former alternate.");
}

function instants({ instants: said }, rules) {
  const [close, draws, closed, drawn] = [said.planned_close_at, said.planned_draw_at, said.closed_at, said.drawn_at].map(Date.parse);
  const right = close === Date.parse(rules.close_at) && draws === Date.parse(rules.draw_at) && closed <= drawn && drawn >= draws;
  return check("instants", right, `Sales closed ${lateness(closed, close)}, the drawing was ${lateness(drawn, draws)}.`, "The instants are not those promised, or the drawing took place before its time or before the close.");
}

function lateness(actual, planned) {
  const ms = actual - planned;
  return Math.abs(ms) <= ON_TIME_MS ? "on time" : `${number(Math.round(Math.abs(ms) / 1000))} s ${ms > 0 ? "late" : "early"}`;
}

function* beaconRound(record, rules) {
  const { beacon_round: said, instants: times } = record;
  if (!said && !rules.beacon && record.beacon === null) {
    yield { name: "beacon-round", ok: true, sentence: "There was no beacon round to wait for." };
    return;
  }
  const wrong = wrongWithRound(record, rules, times);
  yield check("beacon-round", wrong === null, `Round ${said?.round} is the one that the close determined; the beacon is its signature's hash.`, wrong);
  if (said && rules.beacon) {
    const genuine = said.chain === QUICKNET.hash && isGenuine(said.round, said.signature);
    yield check("beacon-signature", genuine, `Round ${said.round} is signed with the key of drand chain ${said.chain}: nobody made it up.`, `Round ${said.round} is not signed with the key of the promised chain ${rules.beacon.chain}.`);
  }
}

function wrongWithRound({ beacon_round: said, beacon }, { beacon: plan }, times) {
  if (!said || !plan || !beacon || !times.beacon_at) return "The beacon, its round or its instant is missing, or was not promised.";
  if (said.chain !== plan.chain || said.chain !== QUICKNET.hash) return `The chain ${said.chain} is unknown or not the promised one.`;
  if (!/^([0-9a-f]{2})+$/.test(said.signature) || bytesToHex(sha256(hexToBytes(said.signature))) !== beacon) return "The beacon is not the hash of its round's signature.";
  const right = chosenRound([plan.round, ...(plan.fallback_rounds ?? [])], Date.parse(times.closed_at));
  if (said.round !== right) return `Round ${said.round} is not the first promised one that lies at least 60 s after the close.`;
  const had = Date.parse(times.beacon_at);
  if (had < timeOfRound(said.round) || had > Date.parse(times.drawn_at)) return `Round ${said.round} was not published when the record says it was had, or came after the draw.`;
  return null;
}
