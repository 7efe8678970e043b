"""Letters say what they are about, and nothing from outside becomes markup or a header."""

from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fittrack.kit.ids import UserId, uuid7
from fittrack.kit.sealing import SealBroken, Sealer
from fittrack.mail.letters import (
    FulfillmentNews,
    Letter,
    PasswordReset,
    Refunded,
    SecurityNotice,
    StatusChanged,
    Verification,
    Won,
    render,
)
from fittrack.mail.postbox import Postbox
from tests.fittrack.accounts.house import NOON

words = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=40)
letters: st.SearchStrategy[Letter] = st.one_of(
    st.builds(Verification, words, st.integers(1, 48)),
    st.builds(PasswordReset, words, st.integers(1, 60)),
    st.builds(Won, words, words, st.integers(1, 10**7), st.booleans()),
    st.builds(Refunded, words, st.integers(1, 10**9)),
    st.builds(StatusChanged, words, words),
    st.builds(SecurityNotice, words),
    st.builds(FulfillmentNews, words, words),
)
POSTBOX = Postbox(Sealer({"k1": bytes(32)}))


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: set[str] = set()

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.seen.add(tag)


@given(letters)
def test_what_comes_from_outside_never_becomes_markup(letter: Letter) -> None:
    tags = Tags()
    tags.feed(render(letter).html)
    assert tags.seen <= {"html", "head", "meta", "title", "body", "h1", "p", "code"}


@given(letters)
def test_a_subject_is_one_line(letter: Letter) -> None:
    assert len(render(letter).subject.splitlines()) == 1


def test_a_name_with_markup_is_shown_as_it_is() -> None:
    letter = render(Won("<b>Daily\r\nBcc: x@y.zz", "<script>alert(1)</script>", 7, needs_address=True))
    assert "<script>" not in letter.html
    assert "&lt;script&gt;" in letter.html
    assert "\n" not in letter.subject
    assert "14 days" in letter.text


@pytest.mark.parametrize(
    ("letter", "told"),
    [
        (Verification("fte_code", 24), ["fte_code", "24 hours"]),
        (PasswordReset("fte_code", 60), ["fte_code", "60 minutes"]),
        (Won("Daily", "Watch", 1234, needs_address=False), ["Daily", "Watch", "1,234"]),
        (Refunded("Daily", 5000), ["Daily", "5,000"]),
        (StatusChanged("suspended", "Two accounts."), ["suspended", "Two accounts."]),
        (FulfillmentNews("Watch", "It was shipped."), ["It was shipped."]),
    ],
)
def test_both_forms_of_a_letter_tell_what_matters(letter: Letter, told: list[str]) -> None:
    rendered = render(letter)
    for fact in told:
        assert fact in rendered.text
        assert fact in rendered.html


@given(letters)
def test_a_letter_in_the_outbox_is_sealed_and_opens_again(letter: Letter) -> None:
    _, row = POSTBOX.row(UserId(uuid7()), letter, NOON)
    assert POSTBOX.open(row[0], row[3]) == letter
    with pytest.raises(SealBroken):
        POSTBOX.open(uuid7(), row[3])
