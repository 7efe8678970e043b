"""Which table a column is of that is named alone."""

from collections.abc import Iterator

from sqlglot import exp

from tests.oracle_sql.catalog import Catalog
from tests.oracle_sql.kinds import Kinds
from tests.oracle_sql.tree import Tree


def ambiguous(tree: Tree, kinds: Kinds, _catalog: Catalog) -> Iterator[str]:
    """A column that two tables of a query have is named with its table."""
    for column in tree.every(exp.Column):
        select = column.find_ancestor(exp.Select, exp.Update, exp.Delete, exp.Insert, exp.Merge)
        if column.table or not isinstance(select, exp.Select) or _is_joined_by(select, column):
            continue
        name = column.name.upper()
        if column.find_ancestor(exp.Order, exp.Select) is not select and name in _outputs(select):
            continue  # ORDER BY takes what is selected
        held = [source for source, columns in kinds.sources_of(select).items() if name in columns]
        if len(held) > 1:
            tables = " and ".join(sorted(held)).lower()
            yield f"{column.name} is a column of {tables}: name its table (ORA-00918)"


def _is_joined_by(select: exp.Select, column: exp.Column) -> bool:
    """Whether a join makes one of both: USING, NATURAL."""
    for join in select.args.get("joins") or ():
        using = {each.name.upper() for each in join.args.get("using") or ()}
        if join.method == "NATURAL" or column.name.upper() in using:
            return True
    return False


def _outputs(select: exp.Select) -> set[str]:
    return {column.alias_or_name.upper() for column in select.expressions}


RULES = (ambiguous,)
