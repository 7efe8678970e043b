/**
 * The algorithm FTD1 (FAIRNESS 1-4), from published data alone. `H` is SHA-256, `M` HMAC-SHA-256, `U(n)` eight
 * bytes big-endian, `did` the 16 raw bytes of the drawing's id. Needs nothing of the server's.
 */

import { hmac } from "/pages/vendor/noble/hashes/hmac.js";
import { sha256 } from "/pages/vendor/noble/hashes/sha2.js";
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from "/pages/vendor/noble/hashes/utils.js";

export { bytesToHex, hexToBytes, sha256 };

/** Words of the stream are 8 bytes: integers below this. */
const WORDS = 2n ** 64n;

/** After the last holder the stream needs some words to find that nobody is left. */
const WORDS_BEYOND_LAST = 65_536;

/** Words that a verification goes through: a false record must not keep it busy for days. */
const WORDS_MAX = 20_000_000;

/** `U(number)`. */
export function u64(number) {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, BigInt(number));
  return bytes;
}

/** `H("FTD1/commit\0" ‖ did ‖ seed)`: published when the drawing was scheduled. */
export const commit = (did, seed) => sha256(concatBytes(utf8ToBytes("FTD1/commit\0"), did, seed));

/** `H(0x00 ‖ "FTD1/leaf\0" ‖ did ‖ U(first) ‖ U(count) ‖ tag ‖ receipt)`. */
function leaf(prefix, [first, count, tag, receipt]) {
  return sha256(concatBytes(prefix, u64(first), u64(count), hexToBytes(tag), hexToBytes(receipt)));
}

/** The Merkle root over the entries, in the tree's shape of RFC 9162, section 2.1. */
export function root(did, entries) {
  if (entries.length === 0) return sha256(new Uint8Array());
  const prefix = concatBytes(utf8ToBytes("\0FTD1/leaf\0"), did);
  let level = entries.map((entry) => leaf(prefix, entry));
  while (level.length > 1) {
    const above = [];
    for (let i = 0; i + 1 < level.length; i += 2) above.push(sha256(concatBytes(Uint8Array.of(1), level[i], level[i + 1])));
    if (level.length % 2 === 1) above.push(level.at(-1)); // the last one of an odd level moves up as it is
    level = above;
  }
  return level[0];
}

/** `S = M(seed, "FTD1/draw\0" ‖ did ‖ H("FTD1/rules\0" ‖ rules) ‖ root ‖ U(N) ‖ U(len(b)) ‖ b)`. */
export function drawKey({ seed, did, rules, root: over, total, beacon }) {
  const promised = sha256(concatBytes(utf8ToBytes("FTD1/rules\0"), utf8ToBytes(rules)));
  const message = [utf8ToBytes("FTD1/draw\0"), did, promised, over, u64(total), u64(beacon.length), beacon];
  return hmac(sha256, seed, concatBytes(...message));
}

/** The first 8 bytes of `M(S, "FTD1/word\0" ‖ U(j))`, as an integer below 2^64. */
function word(key, j) {
  const mac = hmac(sha256, key, concatBytes(utf8ToBytes("FTD1/word\0"), u64(j)));
  return new DataView(mac.buffer, mac.byteOffset).getBigUint64(0);
}

/** Whose a ticket is: the tag of the last entry that begins at or before it. */
function holderOf(entries, ticket) {
  let [low, high] = [0, entries.length - 1];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (entries[middle][0] <= ticket) low = middle;
    else high = middle - 1;
  }
  return entries[low][2];
}

/**
 * Draw `want` holders, each once: `[{ticket, tag, word}]`, fewer when every tag is drawn. `total` is a BigInt,
 * as tickets are: they may need more than 53 bits.
 * `passedOver`: tags that count as drawn from the start. `lastWord`: where the record ends.
 */
export function draw(entries, key, { total, want, passedOver, lastWord }) {
  const drawn = [];
  if (total === 0n || want === 0) return drawn;
  const below = WORDS - (WORDS % total);
  const seen = new Set(passedOver);
  const holders = new Set(entries.map(([, , tag]) => tag)).size;
  const last = Math.min(lastWord, WORDS_MAX) + WORDS_BEYOND_LAST;
  for (let j = 0; j <= last && drawn.length < want && seen.size < holders; j += 1) {
    const x = word(key, j);
    if (x >= below) continue; // no modulo bias
    const ticket = (x % total) + 1n;
    const tag = holderOf(entries, ticket);
    if (seen.has(tag)) continue; // one prize per person
    seen.add(tag);
    drawn.push({ ticket, tag, word: j });
  }
  return drawn;
}
