"""The `.env` file and values that are not what they should be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fittrack.kit.environment import Reader, SettingsError, read_dotenv


@pytest.fixture
def dotenv(tmp_path):
    path = tmp_path / ".env"

    def write(text: str):
        path.write_text(text, encoding="utf-8")
        return path

    return write


def test_no_file_means_no_settings(tmp_path):
    assert read_dotenv(tmp_path / ".env") == {}


def test_every_form_of_a_value_is_read(dotenv):
    text = """
    # a comment
    BARE=some value   # and why
    export EXPORTED = yes
    HASH=a#b
    SINGLE='as it \\n is # here'
    DOUBLE="two\\nlines, a \\"quote\\" and \\\\"  # comment
    EMPTY=
    """
    assert read_dotenv(dotenv(text)) == {
        "BARE": "some value",
        "EXPORTED": "yes",
        "HASH": "a#b",
        "SINGLE": "as it \\n is # here",
        "DOUBLE": 'two\nlines, a "quote" and \\',
        "EMPTY": "",
    }


def test_every_line_that_cannot_be_read_is_named_and_none_is_quoted(dotenv):
    with pytest.raises(SettingsError) as failure:
        read_dotenv(dotenv('GOOD=1\nhunter2\n2BAD=x\nOPEN=\'abc\nTAIL="a" hunter2\n'))
    faults = failure.value.faults
    assert [fault.split(":")[0].rpartition("line ")[2] for fault in faults] == ["2", "3", "4", "5"]
    assert "hunter2" not in str(failure.value)


def test_a_file_that_is_no_text_is_named(tmp_path):
    path = tmp_path / ".env"
    path.write_bytes(b"\xff\xfe")
    with pytest.raises(SettingsError, match="cannot be read"):
        read_dotenv(path)


@given(st.text(st.characters(blacklist_characters="'", blacklist_categories=("Cs", "Cc", "Zl", "Zp"))))
def test_single_quotes_keep_what_is_between_them(tmp_path_factory, value):
    path = tmp_path_factory.mktemp("env") / ".env"
    path.write_text(f"NAME='{value}'\n", encoding="utf-8")
    assert read_dotenv(path) == {"NAME": value}


def test_all_faults_are_collected():
    reader = Reader({"COLOR": "pink", "COUNT": "many", "BIG": "11", "ON": "maybe", "EMPTY": " "})
    assert reader.choice("COLOR", ("red", "black"), "red") == "red"
    assert reader.whole("COUNT", 3, low=1, high=10) == 3
    assert reader.whole("BIG", 3, low=1, high=10) == 3
    assert reader.flag("ON", True) is True
    assert reader.text("EMPTY", "default") == "default"
    assert reader.faults == [
        "COLOR is one of red, black, not 'pink'",
        "COUNT is not a whole number from 1 to 10",
        "BIG is not a whole number from 1 to 10",
        "ON is true or false, not 'maybe'",
    ]


def test_lists_are_separated_by_commas():
    assert Reader({"LIST": " a, b ,,c "}).words("LIST") == ("a", "b", "c")
