"""The statements of a purchase, as both peers run them, in this order, in one transaction."""

import time
import uuid
from typing import Any

from fastapi import HTTPException
from pydantic import BaseModel, Field
from sqlalchemy import Executable, Row, insert, select, update

from tests.benchmarks.peers.tables import accounts, answered_keys, drawings, encode, entries, ledger


class Purchase(BaseModel):
    """The body of the request."""

    quantity: int = Field(ge=1, le=1_000_000)


def earlier_answer(user_id: str, key: str) -> Executable:
    return select(answered_keys.c.answer).where(
        answered_keys.c.user_id == user_id, answered_keys.c.idem_key == key
    )


def drawing(drawing_id: str) -> Executable:
    return select(drawings.c.cost, drawings.c.status, drawings.c.closes_at).where(
        drawings.c.drawing_id == drawing_id
    )


def balance(user_id: str) -> Executable:
    return select(accounts.c.balance).where(accounts.c.user_id == user_id)


def price(found: Row[Any] | None, quantity: int) -> int:
    """The rules of sale. Raises 404 or 409."""
    if found is None:
        raise HTTPException(404, "no such drawing")
    if found.status != "open" or found.closes_at <= time.time() * 1000:
        raise HTTPException(409, "sales closed")
    return int(found.cost) * quantity


def effects(
    *, user_id: str, drawing_id: str, key: str, quantity: int, price: int, balance: int
) -> tuple[list[Executable], bytes]:
    """What a purchase writes, and its answer. Raises 409 when the points do not suffice."""
    if price > balance:
        raise HTTPException(409, "insufficient points")
    transaction_id, left, now = str(uuid.uuid4()), balance - price, int(time.time() * 1000)
    answer = encode(
        {
            "transaction_id": transaction_id,
            "drawing_id": drawing_id,
            "quantity": quantity,
            "points_spent": price,
            "balance": left,
        }
    )
    return [
        update(accounts).where(accounts.c.user_id == user_id).values(balance=left),
        insert(ledger).values(
            transaction_id=transaction_id,
            user_id=user_id,
            amount=-price,
            balance_after=left,
            reference_id=drawing_id,
            created_at=now,
        ),
        insert(entries).values(
            drawing_id=drawing_id, user_id=user_id, transaction_id=transaction_id, ticket_count=quantity
        ),
        insert(answered_keys).values(user_id=user_id, idem_key=key, answer=answer),
    ], answer
