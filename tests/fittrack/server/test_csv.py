"""Tables that are saved: what is in a cell stays what it was, and a spreadsheet computes nothing of it."""

import csv
from io import StringIO

import pytest

from fittrack.server.csv import render_csv


def cells(*row: object) -> list[str]:
    response = render_csv("table.csv", ("a",) * len(row), [row])
    assert response.text is not None
    return list(csv.reader(StringIO(response.text)))[1]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", '=HYPERLINK("http://x")'])
def test_a_text_that_reads_like_a_formula_is_no_formula(text: str) -> None:
    assert cells(text) == [f"'{text}"]


def test_numbers_and_ordinary_texts_stay_as_they_are() -> None:
    assert cells(-5, "50.00", None, 'a "b", c\nd', "x=1") == ["-5", "50.00", "", 'a "b", c\nd', "x=1"]


def test_a_table_is_saved_as_a_file() -> None:
    response = render_csv("table.csv", ("a", "b"), [])
    assert response.text == "a,b\r\n"
    assert response.headers["Content-Disposition"] == 'attachment; filename="table.csv"'
