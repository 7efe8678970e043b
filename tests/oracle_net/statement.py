"""An Oracle statement as text: what kind it is, and where its binds are."""

import re
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache

TEXTS_KEPT = 4_096
_TOKEN = re.compile(
    r"""(?P<skip>\s+|--[^\n]*|/\*.*?\*/)|(?P<text>'(?:[^']|'')*')|(?P<quoted>"[^"]*")
    |(?P<bind>:(?:"[^"]+"|[A-Za-z][\w$#]*|\d+))|(?P<word>[A-Za-z_][\w$#]*)|(?P<number>\d+(?:\.\d+)?)
    |(?P<other>\|\||<=|>=|<>|!=|:=|.)""",
    re.VERBOSE | re.DOTALL,
)


class Does(Enum):
    """What a statement does."""

    QUERY = "query"
    CHANGE = "change"
    BLOCK = "block"
    DEFINE = "define"


_VERBS = {
    "SELECT": Does.QUERY,
    "WITH": Does.QUERY,
    "INSERT": Does.CHANGE,
    "UPDATE": Does.CHANGE,
    "DELETE": Does.CHANGE,
    "MERGE": Does.CHANGE,
    "BEGIN": Does.BLOCK,
    "DECLARE": Does.BLOCK,
}


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement. `text` is the same with its binds named by position: `:b0`, `:b1`, … and without INTO."""

    sql: str
    verb: str
    does: Does
    text: str
    binds: int
    """Those that bring values."""
    returned: int
    """Those behind INTO, which take what RETURNING says."""


@lru_cache(maxsize=TEXTS_KEPT)
def statement(sql: str) -> Statement:
    """Read it. Never fails: what is wrong with a statement is found when it runs."""
    text, verb, binds = "", "", 0
    tokens = _TOKEN.finditer(sql)
    returns = False
    for token in tokens:
        word = token.group().upper() if token.lastgroup == "word" else ""
        verb = verb or word
        returns = returns or (word == "RETURNING" and _VERBS.get(verb) is Does.CHANGE)
        if returns and word == "INTO":
            break
        if token.lastgroup == "bind" and _VERBS.get(verb) in (Does.QUERY, Does.CHANGE):
            text += f":b{binds}"
            binds += 1
        else:
            text += token.group()
    returned = sum(token.lastgroup == "bind" for token in tokens)
    return Statement(sql, verb, _VERBS.get(verb, Does.DEFINE), text, binds, returned)


def split(text: str) -> list[str]:
    """The parts of `text` between the commas that stand in no parentheses and no quotes."""
    parts, depth, begin = [], 0, 0
    for token in _TOKEN.finditer(text):
        sign = token.group()
        depth += (sign == "(") - (sign == ")")
        if sign == "," and not depth:
            parts.append(text[begin : token.start()].strip())
            begin = token.end()
    return [*parts, text[begin:].strip()]


def enclosed(text: str) -> tuple[str, str, str]:
    """What stands before the first parenthesis, in it, and behind the one that closes it."""
    depth, begin = 0, -1
    for token in _TOKEN.finditer(text):
        sign = token.group()
        if sign == "(":
            begin = token.end() if not depth else begin
            depth += 1
        elif sign == ")":
            depth -= 1
            if not depth:
                return text[: begin - 1], text[begin : token.start()], text[token.end() :]
    return text, "", ""
