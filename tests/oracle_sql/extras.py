"""What Oracle alone has, by its documented grammar: immutable tables, duality views, partitions.

Only the forms in use, read from left to right: whatever else stands there is refused.
"""

from collections.abc import Iterator

from tests.oracle_sql.catalog import Catalog
from tests.oracle_sql.ddl import columns
from tests.oracle_sql.statement import Statement
from tests.oracle_sql.tokens import Kind

ROWS_KEPT_DAYS_MIN = 16
"""Of NO DELETE UNTIL … DAYS AFTER INSERT (ORA-05741)."""
IDLE_DAYS_MAX = 16
"""Of NO DROP UNTIL … DAYS IDLE, for whoever lacks TABLE RETENTION: what the parameter
BLOCKCHAIN_TABLE_RETENTION_THRESHOLD of 23ai is where nobody set it (ORA-05807)."""
_TAGS = ("INSERT", "NOINSERT", "UPDATE", "NOUPDATE", "DELETE", "NODELETE", "CHECK", "NOCHECK")
_NOT_IMMUTABLE = ("LONG", "ROWID", "UROWID", "BFILE", "XMLTYPE")


class Unexpected(Exception):  # noqa: N818 - says what happened
    """Something else stands at a place than the grammar has."""


class Cursor:
    """A place in a statement, which moves on over what it expects."""

    def __init__(self, statement: Statement, at: int) -> None:
        self.statement, self.at = statement, at

    def takes(self, *words: str) -> bool:
        """Whether `words` come next; then it stands behind them."""
        if tuple(self.statement.words[self.at : self.at + len(words)]) != words:
            return False
        self.at += len(words)
        return True

    def must(self, *words: str) -> None:
        if not self.takes(*words):
            raise Unexpected(f"{' '.join(words)} is expected near {self.statement.near(self.at)}")

    def name(self) -> str:
        token = self.statement.token(self.at)
        if token is None or not token.is_name:
            raise Unexpected(f"a name is expected near {self.statement.near(self.at)}")
        self.at += 1
        return token.text

    def number(self) -> int:
        token = self.statement.token(self.at)
        self.must("0")
        return int(token.text) if token else 0

    def skip_parentheses(self) -> None:
        if self.statement.word(self.at) != "(":
            raise Unexpected(f"( is expected near {self.statement.near(self.at)}")
        self.at = self.statement.partners.get(self.at, len(self.statement.words)) + 1

    def end(self) -> None:
        if self.at < len(self.statement.words):
            raise Unexpected(f"nothing more is expected near {self.statement.near(self.at)}")


def faults_of(s: Statement, catalog: Catalog | None) -> Iterator[str]:
    """What is wrong with a statement of these forms."""
    try:
        if s.words[:3] == ["CREATE", "IMMUTABLE", "TABLE"]:
            yield from _immutable(s)
        elif "DUALITY" in s.words[:6]:
            yield from _View(s, catalog).faults()
        elif s.words[:2] == ["ALTER", "TABLE"] and s.words[3:6] == ["MODIFY", "PARTITION", "BY"]:
            _partitioned(Cursor(s, 6))
    except Unexpected as unexpected:
        yield f"{unexpected} (ORA-00922)"
    yield from _virtual_columns(s)


def _immutable(s: Statement) -> Iterator[str]:
    place = Cursor(s, 3)
    place.name()
    place.skip_parentheses()
    place.must("NO", "DROP")
    idle = f"an owner keeps an idle table for {IDLE_DAYS_MAX} days at most"
    if place.takes("UNTIL"):
        if (days := place.number()) > IDLE_DAYS_MAX:
            yield f"{idle}, not {days} (ORA-05807)"
        place.must("DAYS", "IDLE")
    else:
        yield f"{idle}, not for ever (ORA-05807)"
    place.must("NO", "DELETE")
    if place.takes("UNTIL"):
        if (days := place.number()) < ROWS_KEPT_DAYS_MIN:
            yield f"rows are kept for {ROWS_KEPT_DAYS_MIN} days at least, not {days} (ORA-05741)"
        place.must("DAYS", "AFTER", "INSERT")
    place.takes("LOCKED")
    if place.takes("VERSION"):
        token = s.token(place.at)
        if token is None or token.kind is not Kind.QUOTED or token.text not in ("v1", "v2"):
            yield 'VERSION is "v1" or "v2"'
        place.at += 1
    place.end()
    for start, end in columns(s):
        zoned = " ".join(s.words[start:end]).endswith("TIME ZONE") or "ZONE" in s.words[start:end]
        if s.word(start + 1) in _NOT_IMMUTABLE or zoned:
            yield f"an immutable table has no column like {s.word(start).lower()}"


def _partitioned(place: Cursor) -> None:
    """RANGE (one column) [INTERVAL (…)] (PARTITION … VALUES LESS THAN (…), …) [ONLINE]; no other is used."""
    place.must("RANGE", "(")
    place.name()
    place.must(")")  # of intervals there is one column (ORA-14750)
    if place.takes("INTERVAL"):
        place.skip_parentheses()
    place.must("(")
    while True:
        place.must("PARTITION")
        place.name()
        place.must("VALUES", "LESS", "THAN")
        place.skip_parentheses()
        if not place.takes(","):
            break
    place.must(")")
    place.takes("ONLINE")
    place.end()


class _View:
    """CREATE JSON RELATIONAL DUALITY VIEW name AS SELECT JSON { … } FROM table [alias] [WITH …] [WHERE …]"""

    def __init__(self, s: Statement, catalog: Catalog | None) -> None:
        self._place, self._catalog = Cursor(s, 1), catalog
        self._named: list[tuple[str, str]] = []
        self._tables: dict[str, str] = {}

    def faults(self) -> Iterator[str]:
        place = self._place
        place.takes("OR", "REPLACE")
        place.must("JSON", "RELATIONAL", "DUALITY", "VIEW")
        place.name()
        place.must("AS")
        keys = self._query(is_root=True)
        place.end()
        if "_id" not in keys:
            yield "the document has no _id, which names its row"
        if self._catalog is None:
            return
        for alias, column in self._named:
            table = self._tables.get(alias, "")
            if column not in self._catalog.tables.get(table, {}):
                yield f"{alias.lower()}.{column.lower()} is no column of a table of the view (ORA-00904)"

    def _query(self, *, is_root: bool = False) -> list[str]:
        place = self._place
        place.must("SELECT", "JSON", "{")
        keys = [self._field()]
        while place.takes(","):
            keys.append(self._field())
        place.must("}", "FROM")
        table = place.name()
        alias = place.name() if place.statement.word(place.at) not in ("WITH", "WHERE", "") else table
        self._tables[alias] = table
        if place.takes("WITH"):
            tags = []
            while place.statement.word(place.at) in _TAGS:
                tags.append(place.name())
            if not tags or len({tag.removeprefix("NO") for tag in tags}) != len(tags):
                raise Unexpected(f"WITH is followed by each tag once, near {place.statement.near(place.at)}")
        if not is_root:
            place.must("WHERE")
            self._column()
            place.must("=")
            self._column()
        return keys

    def _field(self) -> str:
        place = self._place
        token = place.statement.token(place.at)
        place.must("'")
        place.must(":")
        if place.takes("("):
            self._query()
            place.must(")")
        elif place.takes("["):
            self._query()
            place.must("]")
        else:
            self._column()
        return token.text if token else ""

    def _column(self) -> None:
        alias = self._place.name()
        self._place.must(".")
        self._named.append((alias, self._place.name()))


def _virtual_columns(s: Statement) -> Iterator[str]:
    for at in s.places("GENERATED", "ALWAYS", "AS", "("):
        if s.word(s.partners.get(at + 3, at) + 1) != "VIRTUAL":
            yield f"a virtual column ends with VIRTUAL, near {s.near(at)}"
        if "SELECT" in s.words[at : s.partners.get(at + 3, at)]:
            yield f"a virtual column asks its own row alone, near {s.near(at)}"
