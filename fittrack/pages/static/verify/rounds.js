/** The rounds of the public beacon, drand's quicknet: when each is published, and which one decides a drawing (FAIRNESS). */

export const QUICKNET = Object.freeze({
  hash: "52db9ba70e0cc0f6eaf7803dd07447a1f5477735fd3f661792ba94600c84e971",
  genesisMs: 1_692_803_367_000,
  periodMs: 3_000,
  publicKey:
    "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451" +
    "0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a",
});

/** A round is used only this long after the close: nobody may know it when the last ticket is sold. */
const LEAD_MS = 60_000;

/** When a round is published. */
export const timeOfRound = (round) => QUICKNET.genesisMs + (round - 1) * QUICKNET.periodMs;

/** The round that a drawing closed at `closedMs` must use: the first promised one that lies far enough. */
export const chosenRound = (promised, closedMs) => promised.find((round) => timeOfRound(round) >= closedMs + LEAD_MS);
