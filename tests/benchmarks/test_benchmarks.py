"""Every benchmark runs and reports. What it measures in passing means nothing, and is not looked at."""

import json
import os
from math import isfinite

import pytest
from typer.testing import CliRunner

from tests.benchmarks.__main__ import BENCHMARKS, application, rows_of
from tests.benchmarks.machine import cpu_seconds
from tests.benchmarks.rows import Row, Target, shown
from tests.server import PATIENCE_S


@pytest.mark.timeout(6 * PATIENCE_S)
@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_quick_run_reports_every_figure(name):
    rows = rows_of(name, quick=True)
    assert rows
    assert all(row.benchmark == name and row.name and row.unit for row in rows)
    assert all(isfinite(row.value) and row.value > 0 for row in rows)


def test_a_run_prints_one_table_and_keeps_its_figures(tmp_path):
    result = CliRunner().invoke(application, ["codec", "--quick", "--results", str(tmp_path)])
    assert result.exit_code == 0
    (kept,) = tmp_path.glob("*.json")
    document = json.loads(kept.read_text())
    assert document["machine"]["cores"] >= 1
    assert all(row["name"] and row["unit"] for row in document["rows"])


def test_an_unknown_benchmark_is_refused():
    assert CliRunner().invoke(application, ["nonsense"]).exit_code == 2


@pytest.mark.parametrize(
    ("text", "unit", "kept", "missed"),
    [
        (">= 8", "times", 8.0, 7.9),
        ("<= 1.2", "µs", 1.2, 1.3),
        ("< 20", "ms", 19.0, 21.0),
        (21_000, "units/s", 21_000, 20_999),
        (50, "ms", 50, 51),
    ],
)
def test_a_target_is_a_bound_from_one_side(text, unit, kept, missed):
    target = Target.read(text, unit)
    assert target is not None
    assert target.is_met(kept)
    assert not target.is_met(missed)


def test_without_a_target_nothing_is_met_or_missed():
    assert Target.read(None, "ms") is None
    assert Row("codec", "a figure", 1.0, "µs").is_met is None


def test_figures_show_three_digits_or_so():
    assert [shown(value) for value in (0.126, 12.34, 1234.5)] == ["0.13", "12.3", "1,234"]


def test_the_processor_time_of_a_process_only_grows():
    before = cpu_seconds(os.getpid())
    assert sum(range(100_000)) > 0
    assert cpu_seconds(os.getpid()) >= before
