"""How many columns queries have, and how many are wanted of them: in sets, in place of values, for INSERT."""

from collections.abc import Iterator

from sqlglot import exp

from tests.oracle_sql.catalog import Catalog
from tests.oracle_sql.kinds import Kinds
from tests.oracle_sql.tree import Tree, written

_IN_PLACE_OF_A_VALUE = (exp.Binary, exp.Coalesce, exp.Alias, exp.Select)
_WRONG = "ORA-00913, ORA-00947"


def sets(tree: Tree, kinds: Kinds, _catalog: Catalog) -> Iterator[str]:
    for union in tree.every(exp.SetOperation):
        first, second = kinds.width(union.left), kinds.width(union.right)
        if first and second and first != second:
            yield f"a set operator joins {first} columns and {second} (ORA-01789)"


def values(tree: Tree, kinds: Kinds, _catalog: Catalog) -> Iterator[str]:
    """A query that stands for one value selects one column; one that stands for a row as many as it has."""
    for subquery in tree.every(exp.Subquery):
        width, place = kinds.width(subquery), subquery.parent
        if width is None or not isinstance(place, _IN_PLACE_OF_A_VALUE):
            continue
        row = (
            place.this if isinstance(place, exp.EQ | exp.NEQ) and isinstance(place.this, exp.Tuple) else None
        )
        if row is None and width != 1:
            yield "a query in place of a value selects one column (ORA-00913)"
        elif row is not None and width != len(row.expressions):
            yield f"{width} columns are selected for {written(row)} ({_WRONG})"


def lists(tree: Tree, kinds: Kinds, _catalog: Catalog) -> Iterator[str]:
    """IN (SELECT …) selects as many columns as are looked for."""
    for node in tree.every(exp.In):
        wanted = len(node.this.expressions) if isinstance(node.this, exp.Tuple) else 1
        query = node.args.get("query")
        width = kinds.width(query) if query is not None else None
        if width is not None and width != wanted:
            yield f"{width} columns are selected in IN, where {wanted} is compared ({_WRONG})"


def inserted(tree: Tree, kinds: Kinds, catalog: Catalog) -> Iterator[str]:
    for insert in tree.every(exp.Insert):
        given = insert.expression
        names = _names(insert, catalog)
        if len(names) != len(set(names)):
            yield "a column is inserted twice (ORA-00957)"
        rows = given.expressions if isinstance(given, exp.Values) else [given]
        for row in rows if names else []:
            width = kinds.width(row) if isinstance(row, exp.Query) else len(row.expressions) or 1
            if width is not None and width != len(names):
                yield f"{len(names)} columns are inserted with {width} values ({_WRONG})"


def _names(insert: exp.Insert, catalog: Catalog) -> list[str]:
    """The columns that are inserted: as they are named, or all that the table has."""
    target = insert.this
    if isinstance(target, exp.Schema | exp.Tuple):
        return [column.name.upper() for column in target.expressions]
    return list(catalog.tables.get(target.name.upper(), ())) if isinstance(target, exp.Table) else []


RULES = (sets, values, lists, inserted)
