"""The twin of `sync_core`: async SQLAlchemy over aiosqlite, an async endpoint, one transaction a request."""

from typing import Annotated
from uuid import UUID

from fastapi import FastAPI, Header, Response
from sqlalchemy.ext.asyncio import create_async_engine

from tests.benchmarks.peers import statements
from tests.benchmarks.peers.identity import AsyncUser
from tests.benchmarks.peers.tables import database_path, set_up

app = FastAPI()
engine = create_async_engine(f"sqlite+aiosqlite:///{database_path()}", pool_size=1, max_overflow=0)
set_up(engine.sync_engine)


@app.post("/api/v1/drawings/{drawing_id}/tickets", status_code=201)
async def buy_tickets(
    drawing_id: UUID, body: statements.Purchase, user_id: AsyncUser, idempotency_key: Annotated[str, Header()]
) -> Response:
    async with engine.begin() as connection:
        known = (await connection.execute(statements.earlier_answer(user_id, idempotency_key))).scalar()
        if known is not None:
            return Response(known, 201, media_type="application/json")
        drawing = (await connection.execute(statements.drawing(str(drawing_id)))).one_or_none()
        price = statements.price(drawing, body.quantity)
        balance = (await connection.execute(statements.balance(user_id))).scalar_one()
        writes, answer = statements.effects(
            user_id=user_id,
            drawing_id=str(drawing_id),
            key=idempotency_key,
            quantity=body.quantity,
            price=price,
            balance=balance,
        )
        for write in writes:
            await connection.execute(write)
    return Response(answer, 201, media_type="application/json")
