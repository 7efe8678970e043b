"""Names, binds and literals."""

from collections.abc import Callable, Iterator

from tests.oracle_sql.statement import Statement
from tests.oracle_sql.tokens import Kind
from tests.oracle_sql.words import KEYWORDS, RESERVED, ROLES, VERBS

Rule = Callable[[Statement], Iterator[str]]

IDENTIFIER_BYTES_MAX = 128
LITERAL_BYTES_MAX = 4_000

_SIGNS = {
    "::": "`::` is PostgreSQL's cast; write CAST(… AS …) (ORA-00911)",
    "==": "`==` is written `=` (ORA-00936)",
    "%": "`%` is written MOD(…, …) (ORA-00911)",
    "&": "`&` is written BITAND(…, …)",
    "|": "`|` is no operator (ORA-00996)",
    "~": "`~` is no operator (ORA-00911)",
    "<<": "`<<` is no operator (ORA-00936)",
    ">>": "`>>` is no operator (ORA-00936)",
    "`": 'names are quoted with `"` (ORA-00911)',
    "?": "binds are written `:name` (ORA-00911)",
    "[": 'names are quoted with `"` (ORA-00911)',
    "]": 'names are quoted with `"` (ORA-00911)',
    "{": "`{` is no sign of SQL (ORA-00911)",
    "}": "`}` is no sign of SQL (ORA-00911)",
    "$": "binds are written `:name` (ORA-00911)",
    "#": "`#` is no operator (ORA-00911)",
    "\\": "`\\` is no sign of SQL (ORA-00911)",
    "^": "`^` is written POWER(…, …) (ORA-00911)",
    "->": "`->` is written JSON_QUERY (ORA-00936)",
    "->>": "`->>` is written JSON_VALUE (ORA-00936)",
    "!": "`!` is written NOT (ORA-00936)",
    "@": "`@` would name another database (ORA-02019)",
    ":=": "`:=` is PL/SQL's (ORA-00936)",
    "=>": "`=>` is PL/SQL's (ORA-00936)",
    "(+)": "`(+)` is the outer join of old; write LEFT JOIN",
}


def verbs(s: Statement) -> Iterator[str]:
    verb = next((word for word in s.words if word != "("), "")
    if verb not in VERBS:
        yield f"no statement begins with {verb or 'nothing'} (ORA-00900)"


def signs(s: Statement) -> Iterator[str]:
    in_json = ("{", "}", "[", "]") if s.has("DUALITY", "VIEW") else ()
    for at, token in enumerate(s.tokens):
        is_sign = token.kind is Kind.SIGN and token.text in _SIGNS and token.text not in in_json
        if is_sign and s.kind != "plsql":
            yield f"{_SIGNS[token.text]}, near {s.near(at)}"
        if token.kind is Kind.BROKEN:
            yield f"a quotation or comment does not end (ORA-01756), near {s.near(at)}"


def ends(s: Statement) -> Iterator[str]:
    if s.kind != "plsql" and ";" in s.words:
        yield "a semicolon is no part of a statement (ORA-00933)"
    if s.kind == "plsql" and s.words[-1:] != [";"]:
        yield "a PL/SQL block ends with a semicolon (PLS-00103)"
    if s.words.count("(") != s.words.count(")"):
        yield "a parenthesis is missing (ORA-00907)"


def lengths(s: Statement) -> Iterator[str]:
    for token in s.tokens:
        if token.is_name and len(token.text.encode()) > IDENTIFIER_BYTES_MAX:
            yield f"the name {token.text[:20]}… is longer than {IDENTIFIER_BYTES_MAX} bytes (ORA-00972)"
        if token.kind is Kind.BIND and len(token.text.encode()) > IDENTIFIER_BYTES_MAX:
            yield f"the bind {token.text[:20]}… is longer than {IDENTIFIER_BYTES_MAX} bytes (ORA-01745)"
        if token.kind is Kind.TEXT and len(token.text.encode()) > LITERAL_BYTES_MAX:
            yield f"a literal is longer than {LITERAL_BYTES_MAX} bytes (ORA-01704)"


def quoted_names(s: Statement) -> Iterator[str]:
    for token in s.tokens:
        if token.kind is Kind.QUOTED and (not token.text or '"' in token.text or "\0" in token.text):
            yield "a quoted name is empty, or holds a quotation mark (ORA-01741, ORA-03001)"


def leading_underscores(s: Statement) -> Iterator[str]:
    for token in s.tokens:
        if token.kind is Kind.WORD and token.text.startswith("_"):
            yield f"{token.text.lower()} begins with an underscore (ORA-00911)"
        if token.kind is Kind.BIND and token.text.startswith("_"):
            yield f"the bind :{token.text} begins with an underscore (ORA-01745)"


def reserved_binds(s: Statement) -> Iterator[str]:
    for token in s.tokens:
        if token.kind is Kind.BIND and token.text.upper() in RESERVED:
            yield f"the bind :{token.text} is a reserved word (ORA-01745)"


def reserved_names(s: Statement) -> Iterator[str]:
    """In queries and DML a reserved word must be the keyword of some clause."""
    if s.kind not in ("query", "dml"):
        return
    for at, token in enumerate(s.tokens):
        if token.kind is not Kind.WORD or token.text not in RESERVED:
            continue
        behind_a_table = s.word(at - 1) == "."
        if behind_a_table or (token.text not in KEYWORDS and not _is_in_its_role(s, at)):
            number = "ORA-01747" if behind_a_table else "ORA-00936"
            yield f"{token.text.lower()} is a reserved word, no name ({number}), near {s.near(at)}"


def _is_in_its_role(s: Statement, at: int) -> bool:
    word, before, after = s.word(at), s.word(at - 1), s.word(at + 1)
    if word in ("START", "CONNECT"):
        return after in ("WITH", "BY")
    if word not in ROLES:
        return False
    if word == "ROWS":
        return after in ("ONLY", "FETCH", "BETWEEN", "UNBOUNDED", "CURRENT", "WITH") or (
            before in ("0", ":", ")") and not after
        )
    if word == "ROW":
        return after in ("ONLY", "FETCH") or before == "CURRENT" or (before == "0" and not after)
    if word == "CURRENT":
        return after == "ROW"
    if word == "DATE" and after == "'":
        return True
    if word == "CHAR" and before == "0":  # VARCHAR2(20 CHAR)
        return True
    return before in ("AS", "RETURNING")  # CAST(… AS type), JSON_VALUE(… RETURNING type)


def reserved_aliases(s: Statement) -> Iterator[str]:
    for at in s.places("AS"):
        name = s.token(at + 1)
        in_cast = any(s.partners.get(cast + 1, 0) > at for cast in s.places("CAST", "(") if cast < at)
        if in_cast or s.kind == "ddl" or name is None or name.kind is not Kind.WORD:
            continue
        if name.text in RESERVED - {"SELECT", "WITH", "VALUES"}:
            yield f"the alias {name.text.lower()} is a reserved word (ORA-00923)"


def binary_literals(s: Statement) -> Iterator[str]:
    for at, token in enumerate(s.tokens[:-1]):
        following = s.tokens[at + 1]
        glued = following.kind is Kind.TEXT and token.end == following.start
        if token.kind is Kind.WORD and token.text in ("X", "B", "E") and glued:
            yield f"{token.text.lower()}'…' is no literal; write HEXTORAW('…') (ORA-00933)"


RULES: tuple[Rule, ...] = (
    verbs,
    signs,
    ends,
    lengths,
    quoted_names,
    leading_underscores,
    reserved_binds,
    reserved_names,
    reserved_aliases,
    binary_literals,
)
