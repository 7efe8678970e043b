"""Letters in words: one template for each kind, read twice, as plain text and as HTML. Pure.

A template sets its `subject`; the rest are blocks between blank lines: paragraphs, or what `parts` make.
Every value is escaped where it becomes HTML, and loses its line breaks in a subject.
"""

import re
from textwrap import fill
from typing import Final, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from jinja2.environment import TemplateModule
from markupsafe import Markup
from msgspec.structs import asdict

from fittrack.kit.calendar import in_words
from fittrack.mail.letters import Letter, tag_of

LINE_CHARACTERS: Final = 72
"""Of plain text: RFC 5322 recommends 78 at most, and answers put marks in front."""

_BLANK_LINES: Final = re.compile(r"\n\s*\n")


class Rendered(NamedTuple):
    """A letter as it is sent: subject, plain text, HTML."""

    subject: str
    text: str
    html: str


def _environment(form: str) -> Environment:
    environment = Environment(
        loader=PackageLoader("fittrack.mail"),
        autoescape=form == "html",  # noqa: S701 - plain text has nothing to escape
        undefined=StrictUndefined,
        trim_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters.update(number=lambda number: f"{number:,}", day=in_words)
    parts = environment.get_template(f"parts.{form}.jinja").module
    # Macros in it.
    environment.globals.update(code=parts.code, or_open=parts.or_open)  # type: ignore[attr-defined]
    return environment


_TEXT: Final = _environment("txt")
_HTML: Final = _environment("html")


def render(letter: Letter, name: str | None = None, link: str | None = None) -> Rendered:
    """`letter` in words, to somebody whose display name is `name`, if they chose one.

    `link` leads to the page that takes the letter's code (`links`), if there is one.
    """
    greeting = f"Hello {name}," if name else "Hello,"
    values = asdict(letter) | {"link": link}
    text, html = (_module(environment, letter, values) for environment in (_TEXT, _HTML))
    return Rendered(
        _subject(text),
        _TEXT.get_template("layout.txt.jinja").render(
            greeting=greeting, blocks=[_wrapped(block) for block in _blocks(text)]
        ),
        _HTML.get_template("layout.html.jinja").render(
            greeting=greeting,
            subject=Markup(_subject(html)),  # noqa: S704 - the template escaped it
            blocks=[_paragraph(block) for block in _blocks(html)],
        ),
    )


def _module(environment: Environment, letter: Letter, values: dict[str, object]) -> TemplateModule:
    return environment.get_template(f"{tag_of(letter)}.jinja").make_module(values)


def _subject(module: TemplateModule) -> str:
    return " ".join(str(module.subject).split())  # type: ignore[attr-defined]  # each template sets it


def _blocks(module: TemplateModule) -> list[str]:
    return [block for block in map(str.strip, _BLANK_LINES.split(str(module))) if block]


def _wrapped(block: str) -> str:
    return fill(block, LINE_CHARACTERS, break_long_words=False, break_on_hyphens=False)


def _paragraph(block: str) -> Markup:
    # What values hold is escaped: a block that begins with a tag was made by a part.
    html = block if block.startswith("<") else f"<p>{block}</p>"
    return Markup(html)  # noqa: S704
