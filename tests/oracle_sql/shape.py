"""What only a parsed statement shows: names that do not exist, groups, and what is true or false."""

from collections.abc import Iterator, Set

from sqlglot import exp

from tests.oracle_sql.catalog import Catalog
from tests.oracle_sql.tree import Tree, written
from tests.oracle_sql.words import words

PSEUDO_COLUMNS = words("ROWNUM ROWID LEVEL SYSDATE SYSTIMESTAMP DUAL TRUE FALSE ORA_ROWSCN")
_TRUTHS = (
    exp.Binary,
    exp.Predicate,
    exp.Not,
    exp.Exists,
    exp.Between,
    exp.In,
    exp.Paren,
    exp.Boolean,
    exp.RegexpLike,
    exp.JSONExists,
)
_ARITHMETIC = (exp.Add, exp.Sub, exp.Mul, exp.Div, exp.DPipe, exp.Mod, exp.Dot)


def faults_of(tree: Tree, catalog: Catalog | None) -> list[str]:
    """What is wrong with a query or DML."""
    found = [fault for rule in RULES for fault in rule(tree)]
    return found if catalog is None else [*found, *unknown_names(tree, catalog)]


def truths(tree: Tree) -> Iterator[str]:
    """A condition compares: a number or a column is none."""
    for clause in tree.every(exp.Where, exp.Having, exp.Not, exp.And, exp.Or, exp.If):
        for condition in (clause.this, clause.args.get("expression")):
            if condition is None or (isinstance(clause, exp.If) and _is_simple_case(clause)):
                continue
            if isinstance(condition, _ARITHMETIC) or not isinstance(condition, _TRUTHS):
                if isinstance(condition, exp.Anonymous) or (
                    isinstance(clause, exp.Not) and _after_is(clause)
                ):
                    continue
                yield f"{written(condition)} is no condition: compare it (ORA-00920)"


def _is_simple_case(clause: exp.If) -> bool:
    parent = clause.parent
    return (isinstance(parent, exp.Case) and parent.this is not None) or clause.arg_key == "filters"


def _after_is(clause: exp.Not) -> bool:
    return isinstance(clause.this, exp.Null) or isinstance(clause.parent, exp.Is)


def selected_truths(tree: Tree) -> Iterator[str]:
    """Whether something is true goes into a CASE before it is selected."""
    for select in tree.every(exp.Select):
        for column in select.expressions:
            inner = column.unalias()
            while isinstance(inner, exp.Paren):
                inner = inner.this
            comparison = isinstance(inner, exp.Predicate | exp.Connector | exp.Not) and not isinstance(
                inner, exp.SubqueryPredicate
            )
            if isinstance(inner, exp.Exists) or comparison:
                yield f"{written(inner)} is selected: write CASE WHEN … THEN 1 ELSE 0 END"


def groups(tree: Tree) -> Iterator[str]:
    """What is neither grouped nor aggregated is not selected."""
    for select in tree.every(exp.Select):
        group = select.args.get("group")
        keys = {_text(key) for key in group.expressions} if group else set()
        if group:
            named = {c.alias.upper(): _text(c.unalias()) for c in select.expressions if c.alias}
            keys |= {named[key] for key in keys if key in named}
        has_aggregates = any(_aggregates(column) for column in select.expressions)
        if not group and not has_aggregates:
            continue
        having = select.args.get("having")
        order = select.args.get("order")
        aliases = {c.alias.upper() for c in select.expressions if c.alias}
        held = [*select.expressions, *([having.this] if having else [])]
        for expression in held:
            yield from (_ungrouped(column) for column in _bare(expression.unalias(), keys))
        for ordered in order.expressions if order else []:
            yield from (
                _ungrouped(column)
                for column in _bare(ordered.this, keys)
                if column.table or column.name.upper() not in aliases
            )


def _ungrouped(column: exp.Expr) -> str:
    return f"{column.sql('oracle')} is neither grouped nor aggregated (ORA-00979)"


def _text(expression: exp.Expr) -> str:
    return expression.sql("oracle").upper()


def _aggregates(expression: exp.Expr) -> bool:
    return any(
        _select_of(aggregate) is _select_of(expression) and not isinstance(aggregate.parent, exp.Window)
        for aggregate in expression.find_all(exp.AggFunc)
        if not isinstance(aggregate, exp.RowNumber)
    )


def _select_of(expression: exp.Expr) -> exp.Expr | None:
    return expression.find_ancestor(exp.Select, exp.Subquery)


def _bare(expression: exp.Expr, keys: set[str]) -> Iterator[exp.Column]:
    """The columns of `expression` that stand outside of aggregates, groups and queries of their own."""
    if _text(expression) in keys or isinstance(expression, exp.Query | exp.Subquery):
        return
    if isinstance(expression, exp.AggFunc) and not isinstance(expression.parent, exp.Window):
        return
    if isinstance(expression, exp.Column):
        if expression.name.upper() not in PSEUDO_COLUMNS and not isinstance(expression.this, exp.Star):
            yield expression
        return
    children = expression.iter_expressions()
    for child in children:
        inner = child
        if isinstance(expression, exp.Window) and child.arg_key == "this" and isinstance(child, exp.AggFunc):
            for argument in child.iter_expressions():
                yield from _bare(argument, keys)
            continue
        yield from _bare(inner, keys)


def places_of_aggregates(tree: Tree) -> Iterator[str]:
    for clause in tree.every(exp.Where, exp.Group):
        for function in clause.find_all(exp.AggFunc, exp.Window):
            if function.find_ancestor(exp.Select) is clause.find_ancestor(exp.Select):
                kind = "window function" if isinstance(function, exp.Window) else "aggregate"
                yield f"WHERE and GROUP BY hold no {kind} (ORA-00934, ORA-30483)"
    for function in tree.every(exp.AggFunc):
        outer = function.find_ancestor(exp.AggFunc, exp.Select, exp.Window)
        if isinstance(outer, exp.AggFunc) and not isinstance(outer.parent, exp.Window):
            yield "an aggregate within an aggregate needs a query of its own (ORA-00978)"


def locked(tree: Tree) -> Iterator[str]:
    for select in tree.every(exp.Select):
        if select.args.get("locks") and any(_aggregates(column) for column in select.expressions):
            yield "a query of an aggregate locks no rows with FOR UPDATE (ORA-01786)"


def orders(tree: Tree) -> Iterator[str]:
    """After DISTINCT and set operators only what was selected orders."""
    for select in tree.every(exp.Select):
        order = select.args.get("order")
        if order is None or not select.args.get("distinct"):
            continue
        selected = {_text(column.unalias()) for column in select.expressions}
        selected |= {column.alias.upper() for column in select.expressions if column.alias}
        for ordered in order.expressions:
            if _text(ordered.this) not in selected and not ordered.this.is_int:
                yield f"{ordered.this.sql('oracle')} orders DISTINCT rows, but is not selected (ORA-01791)"
    for union in tree.every(exp.SetOperation):
        order = union.args.get("order")
        for ordered in order.expressions if order else []:
            if isinstance(ordered.this, exp.Column) and ordered.this.table:
                yield f"{ordered.this.sql('oracle')} orders a UNION: name the column alone (ORA-00904)"


def set_operators(tree: Tree) -> Iterator[str]:
    for union in tree.every(exp.SetOperation):
        sides = [side for side in (union.left, union.right) if isinstance(side, exp.Select)]
        if len(sides) == 2 and not any(side.is_star for side in sides):
            first, second = (len(side.expressions) for side in sides)
            if first != second:
                yield f"a set operator joins {first} columns and {second} (ORA-01789)"
        for side in sides[:1]:
            if side.args.get("order") or side.args.get("limit"):
                yield "what is ordered before a set operator stands in parentheses (ORA-00933)"


def inserted_values(tree: Tree) -> Iterator[str]:
    for insert in tree.every(exp.Insert):
        columns = insert.this.expressions if isinstance(insert.this, exp.Schema) else []
        values = insert.expression
        rows = values.expressions if isinstance(values, exp.Values) else []
        for row in rows:
            given = len(row.expressions) if isinstance(row, exp.Tuple) else 1
            if columns and given != len(columns):
                yield f"{len(columns)} columns are inserted with {given} values (ORA-00913, ORA-00947)"
        whole = isinstance(values, exp.Select) and not values.is_star
        if columns and whole and len(values.expressions) != len(columns):
            yield f"{len(columns)} columns are inserted with {len(values.expressions)} (ORA-00913)"
        names = [column.name.upper() for column in columns]
        if len(names) != len(set(names)):
            yield "a column is inserted twice (ORA-00957)"


def set_columns(tree: Tree) -> Iterator[str]:
    for update in tree.every(exp.Update):
        names = [pair.this.name.upper() for pair in update.expressions if isinstance(pair, exp.EQ)]
        if len(names) != len(set(names)):
            yield "a column is set twice (ORA-00957)"


def joins(tree: Tree) -> Iterator[str]:
    for join in tree.every(exp.Join):
        side, kind = join.side or "", join.kind or ""
        explicit = side or kind == "INNER"
        if explicit and not join.args.get("on") and not join.args.get("using") and join.method != "NATURAL":
            yield f"{side or kind} JOIN needs ON or USING (ORA-00905)"


def inner_names(tree: Tree) -> Iterator[str]:
    """Columns of a query in FROM have names, each one of its own."""
    for subquery in tree.every(exp.Subquery):
        if not isinstance(subquery.parent, exp.From | exp.Join) or not isinstance(subquery.this, exp.Select):
            continue
        names = [column.alias_or_name.upper() for column in subquery.this.expressions]
        twice = {name for name in names if name and name != "*" and names.count(name) > 1}
        if twice:
            yield f"a query in FROM has two columns {', '.join(sorted(twice)).lower()} (ORA-00918)"


def unknown_names(tree: Tree, catalog: Catalog) -> Iterator[str]:
    """Tables and columns that the schema does not have."""
    queries = {cte.alias.upper() for cte in tree.every(exp.CTE)}
    aliases: dict[str, Set[str] | None] = {}
    for table in tree.every(exp.Table):
        name = table.name.upper()
        if not name or table.find_ancestor(exp.Lock):  # FOR UPDATE OF names columns
            continue
        held = None if name in queries or name == "DUAL" else catalog.tables.get(name)
        columns = None if held is None else held.keys()
        if columns is None and name not in queries and name != "DUAL":
            yield f"there is no table {table.name} (ORA-00942)"
            return
        aliases[table.alias_or_name.upper()] = columns
        aliases.setdefault(name, columns)
    for derived in (*tree.every(exp.Subquery), *tree.every(exp.CTE)):
        if derived.alias:
            aliases[derived.alias.upper()] = None
    made = {alias.alias.upper() for alias in tree.every(exp.Alias)}
    made |= {name.name.upper() for alias in tree.every(exp.TableAlias) for name in alias.columns}
    made |= {name.name.upper() for cte in tree.every(exp.CTE) for name in cte.find_all(exp.Column)}
    known = made.union(*(columns for columns in aliases.values() if columns))
    for column in tree.every(exp.Column):
        if isinstance(column.this, exp.Star):
            continue
        yield from _unknown_column(column, aliases, known)
    for schema in tree.every(exp.Schema):
        columns = catalog.tables.get(schema.this.name.upper(), {})
        for identifier in schema.expressions:
            if identifier.name.upper() not in columns:
                yield f"{schema.this.name} has no column {identifier.name} (ORA-00904)"


def _unknown_column(
    column: exp.Column, aliases: dict[str, Set[str] | None], known: Set[str]
) -> Iterator[str]:
    name, table = column.name.upper(), column.table.upper()
    if name in PSEUDO_COLUMNS or column.args.get("db"):
        return
    if not table:
        if name not in known:
            yield f"there is no column {column.name} (ORA-00904)"
    elif table not in aliases:
        yield f"{column.table} is neither a table of the statement nor an alias (ORA-00904)"
    else:
        columns = aliases[table]
        if columns is not None and name not in columns:
            yield f"{column.table} has no column {column.name} (ORA-00904)"


RULES = (
    truths,
    selected_truths,
    groups,
    places_of_aggregates,
    locked,
    orders,
    set_operators,
    inserted_values,
    set_columns,
    joins,
    inner_names,
)
