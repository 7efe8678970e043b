"""FTD1 once more, written from FAIRNESS alone, as plainly as possible, sharing no code with the product."""

import hmac
from collections.abc import Mapping
from hashlib import sha256
from typing import Any


def merkle_root(leaves: list[bytes]) -> bytes:
    if not leaves:
        return sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    half = 1
    while half * 2 < len(leaves):
        half *= 2
    return sha256(b"\x01" + merkle_root(leaves[:half]) + merkle_root(leaves[half:])).digest()


def recompute(record: Mapping[str, Any]) -> dict[str, Any]:
    """`expect` of a record in the layout of the vectors, alternates included with `want` large enough."""
    did, seed, rules = (
        bytes.fromhex(record["drawing_id"]),
        bytes.fromhex(record["seed"]),
        record["rules"].encode(),
    )
    leaves, owner, total = [], [], 0
    for first, count, tag, receipt in record["entries"]:
        assert first == total + 1
        total += count
        owner.append((total, tag))
        place = first.to_bytes(8, "big") + count.to_bytes(8, "big")
        body = b"FTD1/leaf\0" + did + place + bytes.fromhex(tag) + bytes.fromhex(receipt)
        leaves.append(sha256(b"\0" + body).digest())
    root, beacon = merkle_root(leaves), bytes.fromhex(record["beacon"] or "")
    message = b"FTD1/draw\0" + did + sha256(b"FTD1/rules\0" + rules).digest() + root
    message += total.to_bytes(8, "big") + len(beacon).to_bytes(8, "big") + beacon
    key = hmac.new(seed, message, "sha256").digest()
    left = {tag for _, tag in owner} - {row["tag"] for row in record.get("passed_over", [])}
    drawn: list[dict[str, Any]] = []
    word = 0
    while left and len(drawn) < record["want"]:
        x = int.from_bytes(
            hmac.new(key, b"FTD1/word\0" + word.to_bytes(8, "big"), "sha256").digest()[:8], "big"
        )
        if x < 2**64 - 2**64 % total:
            ticket = x % total + 1
            tag = next(tag for last, tag in owner if ticket <= last)
            if tag in left:
                left.remove(tag)
                drawn.append({"ticket": ticket, "tag": tag, "word": word})
        word += 1
    return {"root": root.hex(), "total_tickets": total, "drawn": drawn}


def seed_commit(drawing_id: str, seed: str) -> str:
    return sha256(b"FTD1/commit\0" + bytes.fromhex(drawing_id) + bytes.fromhex(seed)).hexdigest()
