"""A statement in tokens, and where its parentheses lead."""

from collections.abc import Iterator
from functools import cached_property

from tests.oracle_sql.tokens import Kind, Token, tokens_of

_MARK = {Kind.TEXT: "'", Kind.NUMBER: "0", Kind.BIND: ":", Kind.QUOTED: '"'}
_KINDS = {
    "SELECT": "query",
    "WITH": "query",
    "INSERT": "dml",
    "UPDATE": "dml",
    "DELETE": "dml",
    "MERGE": "dml",
    "CREATE": "ddl",
    "ALTER": "ddl",
    "DROP": "ddl",
    "COMMENT": "ddl",
    "TRUNCATE": "ddl",
    "GRANT": "grant",
    "REVOKE": "grant",
    "BEGIN": "plsql",
    "DECLARE": "plsql",
}


class Statement:
    """What the rules look at."""

    def __init__(self, sql: str) -> None:
        self.sql = sql
        self.tokens = tokens_of(sql)
        self.words = [_MARK.get(token.kind, token.text) for token in self.tokens]
        """Words and signs as they are; `'`, `0`, `:`, `"` for texts, numbers, binds and quoted names."""
        verb = next((word for word in self.words if word != "("), "")
        self.kind = _KINDS.get(verb, "other")
        if self.kind == "ddl" and "TRIGGER" in self.words[:5]:
            self.kind = "plsql"

    def word(self, at: int) -> str:
        """The word at a place; nothing beyond the ends."""
        return self.words[at] if 0 <= at < len(self.words) else ""

    def token(self, at: int) -> Token | None:
        return self.tokens[at] if 0 <= at < len(self.tokens) else None

    def places(self, *words: str) -> Iterator[int]:
        """Where `words` follow each other."""
        first = words[0]
        for at, word in enumerate(self.words):
            if word == first and tuple(self.words[at : at + len(words)]) == words:
                yield at

    def has(self, *words: str) -> bool:
        return next(self.places(*words), None) is not None

    @cached_property
    def depth(self) -> list[int]:
        """In how many parentheses each token stands."""
        found, depth = [], 0
        for word in self.words:
            depth -= word == ")"
            found.append(depth)
            depth += word == "("
        return found

    @cached_property
    def partners(self) -> dict[int, int]:
        """Each opening parenthesis and the one that closes it."""
        found, waiting = {}, []
        for at, word in enumerate(self.words):
            if word == "(":
                waiting.append(at)
            elif word == ")" and waiting:
                found[waiting.pop()] = at
        return found

    def parts(self, opening: int) -> list[tuple[int, int]]:
        """From and to, of what commas separate within the parenthesis at `opening`."""
        closing = self.partners.get(opening, len(self.words))
        found, start = [], opening + 1
        for at in range(opening + 1, closing):
            if self.words[at] == "," and self.depth[at] == self.depth[opening] + 1:
                found.append((start, at))
                start = at + 1
        return [*found, (start, closing)] if closing > opening + 1 else []

    def near(self, at: int) -> str:
        """Some of the text around a token."""
        token = self.token(at)
        start = token.start if token else len(self.sql)
        return " ".join(self.sql[max(0, start - 20) : start + 30].split())
