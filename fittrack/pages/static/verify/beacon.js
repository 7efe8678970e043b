/** Whether the group of the public beacon signed a round (FAIRNESS, drand quicknet). */

import { bls12_381 } from "/pages/vendor/noble/curves/bls12-381.js";
import { hexToBytes, sha256, u64 } from "./ftd1.js";
import { QUICKNET } from "./rounds.js";

const DOMAIN = "BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_";

/** Whether the chain's group signed the round: BLS12-381, the key in G2, the signature in G1. */
export function isGenuine(round, signature) {
  const scheme = bls12_381.shortSignatures;
  try {
    const point = scheme.hash(sha256(u64(round)), DOMAIN);
    return scheme.verify(hexToBytes(signature), point, hexToBytes(QUICKNET.publicKey));
  } catch {
    return false; // bytes that are no signature at all
  }
}
