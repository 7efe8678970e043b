"""Of what kind expressions are: by the tables that their columns come from."""

from collections.abc import Iterator

from sqlglot import exp

from tests.oracle_sql.catalog import Catalog
from tests.oracle_sql.tree import Tree

Kind = str | None
"""text, number, time, interval, raw, BOOLEAN, CLOB, BLOB, JSON; None: it cannot be told."""

QUERIES_AND_CHANGES = (exp.Select, exp.Update, exp.Delete, exp.Merge, exp.Insert)
_NUMBERS = (exp.Count, exp.Sum, exp.Avg, exp.Length, exp.Mul, exp.Div, exp.RowNumber, exp.StrPosition)
_TEXT_OF_PARTS = (exp.Lower, exp.Upper, exp.Trim, exp.Substring, exp.DPipe, exp.Replace)
_ONE_OF_PARTS = (exp.Coalesce, exp.Max, exp.Min, exp.Case)


class Kinds:
    """The kinds of a statement's expressions."""

    def __init__(self, tree: Tree, catalog: Catalog) -> None:
        self._catalog = catalog
        self._named = {cte.alias.upper(): cte for cte in tree.every(exp.CTE)}
        self._sources: dict[int, dict[str, dict[str, Kind]]] = {}

    def of(self, node: exp.Expr) -> Kind:
        """The kind of an expression."""
        if isinstance(node, exp.Column):
            return self._of_column(node)
        if isinstance(node, exp.Literal):
            return "text" if node.is_string else "number"
        if isinstance(node, exp.Boolean):
            return "BOOLEAN"
        if isinstance(node, exp.Interval):
            return "interval"
        if isinstance(node, exp.Add | exp.Sub):
            return _of_sum(node, self.of(node.this), self.of(node.expression))
        if isinstance(node, exp.Paren | exp.Alias | exp.Ordered):
            return self.of(node.this)
        if isinstance(node, exp.Subquery):
            return next((kind for _, kind in self.selected(node)), None)
        if isinstance(node, _NUMBERS):
            return "number"
        parts = [self.of(part) for part in values_of(node)]
        if isinstance(node, _TEXT_OF_PARTS):
            return "CLOB" if "CLOB" in parts else "text"
        if isinstance(node, _ONE_OF_PARTS):
            return next((kind for kind in parts if kind), None)
        return None

    def selected(self, query: exp.Expr) -> list[tuple[str, Kind]]:
        """Names and kinds of what a query selects."""
        if isinstance(query, exp.Subquery | exp.CTE | exp.SetOperation | exp.Lateral):
            return self.selected(query.this)
        if not isinstance(query, exp.Select):
            return []
        found: list[tuple[str, Kind]] = []
        for column in query.expressions:
            if not column.is_star:
                found.append((column.alias_or_name.upper(), self.of(column.unalias())))
                continue
            sources = self.sources_of(query)
            of_one = sources.get(column.args["table"].name.upper()) if column.args.get("table") else None
            for columns in sources.values() if of_one is None else [of_one]:
                found += columns.items()
        return found

    def width(self, query: exp.Expr) -> int | None:
        """How many columns a query selects, where no star of an unknown table hides it."""
        if isinstance(query, exp.Subquery | exp.SetOperation | exp.Paren):
            return self.width(query.this)
        if not isinstance(query, exp.Select):
            return None
        if query.is_star and not all(self.sources_of(query).values()):
            return None
        return len(self.selected(query))

    def _of_column(self, column: exp.Column) -> Kind:
        name, table = column.name.upper(), column.table.upper()
        below: exp.Expr = column
        while (scope := below.parent) is not None:
            if isinstance(scope, QUERIES_AND_CHANGES):
                sources = self.sources_of(scope)
                for columns in [sources[table]] if table in sources else [] if table else sources.values():
                    if name in columns:
                        return columns[name]
                if not table and (made := _named(scope, column)):
                    return self.of(made)
            elif isinstance(scope, exp.SetOperation) and below.arg_key == "order":
                return dict(self.selected(scope)).get(name)
            below = scope
        return None

    def sources_of(self, scope: exp.Expr) -> dict[str, dict[str, Kind]]:
        """The columns of each table of a query or change, by the name that the table has there."""
        found = self._sources.get(id(scope))
        if found is None:
            self._sources[id(scope)] = found = {}  # a named query may name itself
            for source in tables_of(scope):
                found[source.alias_or_name.upper()] = self._columns(source)
        return found

    def _columns(self, source: exp.Expr) -> dict[str, Kind]:
        if not isinstance(source, exp.Table):
            return _renamed(self.selected(source), source)
        name = source.name.upper()
        if name == "DUAL":
            return {"DUMMY": "text"}
        if (cte := self._named.get(name)) is not None:
            return _renamed(self.selected(cte), cte)
        return {column: held.kind for column, held in self._catalog.tables.get(name, {}).items()}


def _of_sum(node: exp.Expr, one: Kind, other: Kind) -> Kind:
    """Two times differ by an interval; a time and anything else come to a time."""
    if isinstance(node, exp.Sub) and one == "time" and other in (None, "time"):
        return "interval" if other else None
    return "time" if "time" in (one, other) else one if one == other else None


def values_of(node: exp.Expr) -> Iterator[exp.Expr]:
    """The expressions from which the value of one comes."""
    if not isinstance(node, exp.Case):
        yield from node.iter_expressions()
        return
    for branch in node.args["ifs"]:
        yield branch.args["true"]
    if default := node.args.get("default"):
        yield default


def _named(query: exp.Expr, column: exp.Column) -> exp.Expr | None:
    """What a query selects under the name of a column, if that is what orders or groups it."""
    place = column.find_ancestor(exp.Order, exp.Group, exp.Select)
    if not isinstance(place, exp.Order | exp.Group) or place.parent is not query:
        return None
    name = column.name.upper()
    return next((each.this for each in query.expressions if each.alias.upper() == name), None)


def _renamed(selected: list[tuple[str, Kind]], source: exp.Expr) -> dict[str, Kind]:
    names = [identifier.name.upper() for identifier in source.args["alias"].columns] if source.alias else []
    return {new: kind for new, (_, kind) in zip(names, selected, strict=False)} if names else dict(selected)


def tables_of(scope: exp.Expr) -> Iterator[exp.Expr]:
    """The tables and queries that a query or change reads, as they stand there."""
    origin = scope.args.get("from_") or scope.args.get("from")
    held = [scope.args.get("this"), scope.args.get("using"), origin, *scope.args.get("joins", ())]
    for each in held:
        inner = each.this if isinstance(each, exp.From | exp.Join | exp.Schema) else each
        if isinstance(inner, exp.Subquery) and isinstance(inner.this, exp.Table):
            yield from (inner.this, *(join.this for join in inner.this.args.get("joins") or ()))
        elif isinstance(inner, exp.Table | exp.Subquery | exp.Lateral):
            yield inner
