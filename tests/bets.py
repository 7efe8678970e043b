"""Intentions to buy, and what came of each: what a test holds against the database in the end."""

from collections import Counter
from uuid import UUID

from fittrack.kit.ids import uuid7
from protocol.client import Client
from protocol.client_errors import CommandRefused
from tests.players import Rest, problem_code


class Bets:
    """Every key that was sent; what was granted with its transaction and tickets, the refusals by code."""

    def __init__(self) -> None:
        self.sent: list[UUID] = []
        self.bought: dict[UUID, tuple[UUID, int]] = {}
        self.refused: Counter[str] = Counter()

    @property
    def acknowledged(self) -> list[tuple[UUID, UUID]]:
        """Keys and their transactions."""
        return [(key, transaction_id) for key, (transaction_id, _) in self.bought.items()]

    def new_key(self) -> UUID:
        """The key of a new intention."""
        self.sent.append(key := uuid7())
        return key

    def granted(self, key: UUID, transaction_id: UUID, quantity: int) -> None:
        """The purchase under `key` was acknowledged."""
        self.bought[key] = transaction_id, quantity

    async def over_rest(self, rest: Rest, token: str, drawing_id: UUID, quantity: int) -> None:
        """Want tickets, until there is an answer."""
        key = self.new_key()
        status, body = await rest.insist(token, drawing_id, quantity, key)
        if status == 201:
            self.granted(key, UUID(body["transaction_id"]), quantity)
        else:
            self.refused[problem_code(body)] += 1

    async def over_websocket(self, phone: Client, drawing_id: UUID, quantity: int) -> None:
        """Want tickets, until there is an answer."""
        key = self.new_key()
        try:
            bought = await phone.buy_tickets(drawing_id, quantity, key=key)
        except CommandRefused as refusal:
            self.refused[refusal.code] += 1
        else:
            self.granted(key, bought.transaction_id, quantity)
