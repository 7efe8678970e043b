"""SQL in tokens, as Oracle's own scanner takes it apart."""

import re
from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a token is."""

    WORD = "word"
    QUOTED = "quoted"
    TEXT = "text"
    NUMBER = "number"
    BIND = "bind"
    SIGN = "sign"
    BROKEN = "broken"  # a quotation or a comment that does not end


@dataclass(frozen=True, slots=True)
class Token:
    """One token; a word's text is in capitals, a quoted name's and a literal's without the quotes."""

    kind: Kind
    text: str
    start: int
    end: int

    @property
    def is_name(self) -> bool:
        return self.kind in (Kind.WORD, Kind.QUOTED)


_TOKEN = re.compile(
    r"""
      (?P<skip>\s+|--[^\n]*|/\*.*?\*/)
    | (?P<text>[nN]?'(?:[^']|'')*'|[nN]?[qQ]'\[.*?\]')
    | (?P<quoted>"(?:[^"]|"")*")
    | (?P<bind>:(?:"[^"]+"|[A-Za-z][\w$\#]*|_\w*|\d+))
    | (?P<word>[A-Za-z_][\w$\#]*)
    | (?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?[fFdD]?)
    | (?P<broken>'|"|/\*)
    | (?P<sign>::|==|\|\||<=|>=|<>|!=|\^=|:=|=>|->>|->|<<|>>|\(\+\)|.)
    """,
    re.VERBOSE | re.DOTALL,
)


def tokens_of(sql: str) -> list[Token]:
    """The tokens of `sql`, without blanks and comments."""
    found = []
    for match in _TOKEN.finditer(sql):
        name = match.lastgroup
        assert name is not None, "the last alternative takes any character"
        if name == "skip":
            continue
        found.append(Token(Kind(name), _text(name, match.group()), match.start(), match.end()))
        if name == "broken":
            break
    return found


def _text(name: str, written: str) -> str:
    if name == "word":
        return written.upper()
    if name == "quoted":
        return written[1:-1].replace('""', '"')
    if name == "text":
        quoted = written[written.index("'") :]
        return quoted[2:-2] if written[:2].lower().endswith("q") else quoted[1:-1].replace("''", "'")
    return written[1:] if name == "bind" else written
