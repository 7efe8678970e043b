"""Letters say what they are about, and nothing from outside becomes markup or a header."""

from datetime import date
from html.parser import HTMLParser
from pathlib import Path
from typing import get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fittrack.kit.ids import UserId, uuid7
from fittrack.kit.sealing import SealBroken, Sealer
from fittrack.mail import letters, rendering
from fittrack.mail.letters import Letter, Won
from fittrack.mail.links import link_of
from fittrack.mail.postbox import Postbox
from fittrack.mail.rendering import LINE_CHARACTERS, render
from tests.fittrack.accounts.house import NOON

words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=40)
VALUES: dict[type, st.SearchStrategy[object]] = {
    str: words,
    int: st.integers(-(10**9), 10**9),
    bool: st.booleans(),
    date: st.dates(date(2026, 1, 1), date(2030, 1, 1)),
}
KINDS: tuple[type[Letter], ...] = get_args(Letter)
any_letter: st.SearchStrategy[Letter] = st.one_of(
    [
        st.builds(kind, **{field.name: VALUES[field.type] for field in msgspec.structs.fields(kind)})
        for kind in KINDS
    ]
)
PAGE = "https://fittrack.example"
POSTBOX = Postbox(Sealer({"k1": bytes(32)}))

EXAMPLES: list[tuple[Letter, list[str]]] = [
    (letters.Verification("fte_code", 24), ["fte_code", "24 hours"]),
    (letters.PasswordReset("fte_code", 60), ["fte_code", "60 minutes"]),
    (letters.PasswordChanged(), ["was changed", "signed out"]),
    (letters.Invitation("fte_code", 7), ["fte_code", "7 days"]),
    (letters.EmailChanged("old@example.com"), ["address", "changed"]),
    (letters.SignInLinked("Google"), ["Google"]),
    (letters.SecurityNotice("A factor is in force."), ["A factor is in force."]),
    (letters.Refunded("Daily", 5000), ["Daily", "5,000"]),
    (letters.PointsAdjusted(1500, "A prize of ours."), ["added 1,500", "A prize of ours."]),
    (letters.PointsAdjusted(-1500, "A mistake."), ["taken 1,500", "A mistake."]),
    (Won("Daily", "Watch", 1234, needs_address=False), ["Daily", "Watch", "1,234", "deliver it to you"]),
    (Won("Daily", "Watch", 1234, needs_address=True), ["Daily", "Watch", "1,234", "14 days"]),
    (letters.AddressWanted("Watch", date(2026, 6, 1)), ["Watch", "June 1, 2026"]),
    (
        letters.AddressInvalid("Watch", date(2026, 6, 1), "No such street."),
        ["June 1, 2026", "No such street."],
    ),
    (letters.AddressConfirmed("Watch"), ["Watch"]),
    (letters.PrizeShipped("Watch", "UPS", "1Z-999"), ["Watch", "UPS", "1Z-999"]),
    (letters.PrizeDelivered("Watch"), ["Watch", "delivered"]),
    (letters.PrizeForfeited("Watch", "No address came."), ["Watch", "No address came."]),
    (letters.PrizeNews("Watch", "Gone back", "Nobody has it."), ["Watch", "Nobody has it."]),
    (letters.StatusChanged("suspended", "Two accounts."), ["suspended", "Two accounts."]),
    (letters.WebhookTrouble("It is off: a.example", "It is gone."), ["It is off: a.example", "It is gone."]),
    (letters.ReviewOpened("Many points."), ["Many points.", "not shipped"]),
    (letters.ReviewResolved("Everything is fine."), ["Everything is fine."]),
]


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()
        self.links: list[str | None] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.add(tag)
        self.links += [value for name, value in attrs if name == "href"]


def test_every_kind_of_letter_has_its_template_and_its_example() -> None:
    folder = Path(rendering.__file__).parent / "templates"
    tags = {letters.tag_of(letter) for letter, _ in EXAMPLES}
    assert len(tags) == len(KINDS)
    assert {file.name.partition(".")[0] for file in folder.iterdir()} - tags == {"parts", "layout"}


@given(any_letter, words)
def test_what_comes_from_outside_never_becomes_markup(letter: Letter, name: str) -> None:
    tags = Tags()
    tags.feed(render(letter, name, link_of(letter, PAGE, f"{name}@example.com")).html)
    assert tags.seen <= {"html", "head", "meta", "title", "body", "h1", "p", "code", "a"}
    assert all((link or "").startswith(f"{PAGE}/#") for link in tags.links)


@given(any_letter)
def test_a_subject_is_one_line(letter: Letter) -> None:
    assert len(render(letter).subject.splitlines()) == 1


@given(any_letter, words)
def test_lines_are_short_enough_to_be_quoted(letter: Letter, name: str) -> None:
    for line in render(letter, name).text.split("\n"):
        assert len(line) <= LINE_CHARACTERS or " " not in line.strip()


def test_a_name_with_markup_is_shown_as_it_is() -> None:
    letter = render(Won("<b>Daily\r\nBcc: x@y.zz", "<script>alert(1)</script>", 7, needs_address=True), "<i>")
    assert "<script>" not in letter.html
    assert "&lt;script&gt;" in letter.html
    assert "Hello &lt;i&gt;," in letter.html
    assert "Hello <i>," in letter.text
    assert letter.subject == "You won: <script>alert(1)</script>"


@pytest.mark.parametrize(("letter", "told"), EXAMPLES)
def test_both_forms_of_a_letter_tell_what_matters(letter: Letter, told: list[str]) -> None:
    rendered = render(letter)
    for fact in told:
        assert fact in " ".join(rendered.text.split())
        assert fact in " ".join(rendered.html.split())


@pytest.mark.parametrize(
    ("letter", "behind"),
    [
        (letters.Verification("fte_code", 24), "#verify=fte_code&email=a%2Bb%40example.com"),
        (letters.PasswordReset("fte_code", 60), "#reset=fte_code&email=a%2Bb%40example.com"),
    ],
)
def test_a_code_can_be_used_by_a_link_which_tells_it_to_no_server(letter: Letter, behind: str) -> None:
    rendered = render(letter, link=link_of(letter, PAGE, "a+b@example.com"))
    assert f"{PAGE}/{behind}" in rendered.text.splitlines()
    tags = Tags()
    tags.feed(rendered.html)
    assert tags.links == [f"{PAGE}/{behind}"]


def test_a_code_that_no_page_takes_has_no_link() -> None:
    assert link_of(letters.Invitation("fte_code", 7), PAGE, "a@example.com") is None


@given(any_letter)
def test_a_letter_in_the_outbox_is_sealed_and_opens_again(letter: Letter) -> None:
    _, row = POSTBOX.row(UserId(uuid7()), letter, NOON)
    assert POSTBOX.open(row[0], row[3]) == (letter, "")
    with pytest.raises(SealBroken):
        POSTBOX.open(uuid7(), row[3])
