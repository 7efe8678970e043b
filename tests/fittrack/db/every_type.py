"""A table with a column of every type."""

from sqlalchemy import Column, Integer, MetaData, Table

from fittrack.db.types import Bytes, Day, Document, Flag, Instant, Real, Uuid16, word

TEXT_MAX, BYTES_MAX, LONG_MAX = 200, 32, 4_000

things = Table(
    "things",
    MetaData(naming_convention={"pk": "pk_%(table_name)s"}),
    Column("thing_id", Uuid16, primary_key=True),
    Column("amount", Integer),
    Column("label", word(TEXT_MAX)),
    Column("story", word(LONG_MAX)),
    Column("short", Bytes(BYTES_MAX)),
    Column("document", Document),
    Column("happened_at", Instant),
    Column("born_on", Day),
    Column("is_on", Flag),
    Column("measure", Real),
    sqlite_strict=True,
)
