"""Functions that build statements are found, and those that did are told from those that did not."""

from pathlib import Path

from tests.oracle_sql.builders import builders_of, unused

SOURCE = """
def built():
    return select(1)

def neither():
    return "select"

class Place:
    def within(self):
        return [update(t).values(a=1)]
"""


def test_who_builds_is_found_and_counts_as_used_by_any_of_its_lines(tmp_path: Path) -> None:
    (tmp_path / "queries.py").write_text(SOURCE)
    builders = builders_of(tmp_path, tmp_path.rglob("queries.py"))
    assert [builder.name for builder in builders] == ["built", "within"]
    assert [builder.name for builder in unused(builders, {("queries.py", 3)})] == ["within"]
    assert [builder.name for builder in unused(builders, {("queries.py", 10), ("else.py", 3)})] == ["built"]
    assert str(builders[0]) == "queries.py:2 built"
