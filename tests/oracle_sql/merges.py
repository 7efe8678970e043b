"""MERGE: its branches, and what each of them sees."""

from collections.abc import Iterator

from sqlglot import exp

from tests.oracle_sql.catalog import Catalog
from tests.oracle_sql.kinds import Kinds
from tests.oracle_sql.statement import Statement
from tests.oracle_sql.tree import Tree


def branches(s: Statement) -> Iterator[str]:
    """WHEN MATCHED THEN UPDATE SET …, WHEN NOT MATCHED THEN INSERT …: each once, and nothing else."""
    if s.word(0) != "MERGE":
        return
    on = next((at for at in s.places("ON") if s.depth[at] == 0), None)
    if on is None or s.word(on + 1) != "(":
        yield "the condition of MERGE … ON stands in parentheses (ORA-00969)"
    seen = set()
    for at in s.places("WHEN"):
        if s.depth[at]:
            continue
        negated = s.word(at + 1) == "NOT"
        matched = at + 2 if negated else at + 1
        if s.word(matched + 1) != "THEN":
            yield "WHEN MATCHED is followed by THEN; a condition stands in its WHERE (ORA-00905)"
        elif s.word(matched + 2) != ("INSERT" if negated else "UPDATE"):
            yield "MERGE updates what matches, and deletes behind an update; else it inserts (ORA-00905)"
        if negated in seen:
            yield "MERGE has each branch once (ORA-00933)"
        seen.add(negated)


def sides(tree: Tree, _kinds: Kinds, _catalog: Catalog) -> Iterator[str]:
    """What is changed is the table's, and what is inserted comes from the other side."""
    for merge in tree.every(exp.Merge):
        table = merge.this.alias_or_name.upper()
        for change in merge.args["whens"].find_all(exp.Update):
            for pair in change.expressions:
                if pair.this.table.upper() not in ("", table):
                    yield f"{pair.this.sql('oracle')} is not of the table that MERGE changes (ORA-00904)"
        for insert in merge.args["whens"].find_all(exp.Insert):
            for column in insert.expression.find_all(exp.Column):
                if column.table.upper() == table:
                    yield f"{column.sql('oracle')} is inserted, and of no row that is there (ORA-38101)"


TOKEN_RULES = (branches,)
RULES = (sides,)
