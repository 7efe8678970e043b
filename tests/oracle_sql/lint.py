"""Every rule over one statement."""

from functools import cache

from tests.oracle_sql import clauses, ddl, extras, functions, literals, names, shape, subqueries, values
from tests.oracle_sql.catalog import Catalog
from tests.oracle_sql.statement import Statement
from tests.oracle_sql.tree import NotParsed, parse

TOKEN_RULES = (*names.RULES, *functions.RULES, *literals.RULES, *clauses.RULES)


def faults_of(sql: str, catalog: Catalog | None = None) -> list[str]:
    """What is wrong with a statement, in sentences; empty when Oracle would take it."""
    return list(_faults_of(sql, catalog))


@cache  # many tests send the same, and at the end of a run all of it is looked at together
def _faults_of(sql: str, catalog: Catalog | None) -> tuple[str, ...]:
    statement = Statement(sql)
    found = [fault for rule in TOKEN_RULES for fault in rule(statement)]
    if statement.kind == "ddl":
        found += [fault for rule in ddl.RULES for fault in rule(statement)]
        found += ddl.keys(statement, catalog)
        found += extras.faults_of(statement, catalog)
    if not found and statement.kind in ("query", "dml"):  # a parser would only repeat it
        found += _faults_of_tree(statement, catalog)
    return tuple(dict.fromkeys(found))


def _faults_of_tree(statement: Statement, catalog: Catalog | None) -> list[str]:
    try:
        tree = parse(statement)
    except NotParsed as reason:
        return [str(reason)]
    found = shape.faults_of(tree, catalog)
    found += [fault for rule in subqueries.RULES for fault in rule(tree)]
    return found if found or catalog is None else values.faults_of(tree, catalog)
