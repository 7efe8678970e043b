"""Every rule over one statement."""

from functools import cache

from tests.oracle_sql import (
    aggregates,
    alterations,
    clauses,
    conditions,
    conversions,
    ddl,
    documents,
    extras,
    formats,
    functions,
    literals,
    merges,
    names,
    nothing,
    order,
    resolution,
    scopes,
    shape,
    single_rows,
    subqueries,
    values,
    widths,
)
from tests.oracle_sql.catalog import Catalog
from tests.oracle_sql.kinds import Kinds
from tests.oracle_sql.statement import Statement
from tests.oracle_sql.tree import NotParsed, parse

TREE_RULES = (*conditions.RULES, *aggregates.RULES, *shape.RULES, *subqueries.RULES)
SCHEMA_RULES = (
    (resolution.unknown_tables,),
    resolution.RULES,
    (*scopes.RULES, *values.RULES, *conversions.RULES, *single_rows.RULES, *merges.RULES),
)
TOKEN_RULES = (
    *names.RULES,
    *nothing.RULES,
    *functions.RULES,
    *documents.RULES,
    *literals.RULES,
    *formats.RULES,
    *clauses.RULES,
    *order.RULES,
    *merges.TOKEN_RULES,
    *alterations.TOKEN_RULES,
    ddl.casts,
)


def faults_of(sql: str, catalog: Catalog | None = None) -> list[str]:
    """What is wrong with a statement, in sentences; empty when Oracle would take it."""
    return list(_faults_of(sql, catalog))


@cache  # many tests send the same, and at the end of a run all of it is looked at together
def _faults_of(sql: str, catalog: Catalog | None) -> tuple[str, ...]:
    statement = Statement(sql)
    found = [fault for rule in TOKEN_RULES for fault in rule(statement)]
    if statement.kind == "ddl":
        found += [fault for rule in (*ddl.RULES, *alterations.RULES) for fault in rule(statement)]
        found += ddl.keys(statement, catalog)
        found += alterations.modified(statement, catalog)
        found += extras.faults_of(statement, catalog)
    if not found and statement.kind in ("query", "dml"):  # a parser would only repeat it
        found += _faults_of_tree(statement, catalog)
    return tuple(dict.fromkeys(found))


def _faults_of_tree(statement: Statement, catalog: Catalog | None) -> list[str]:
    try:
        tree = parse(statement)
    except NotParsed as reason:
        return [str(reason)]
    found = [fault for rule in TREE_RULES for fault in rule(tree)]
    known = catalog or Catalog({})
    kinds = Kinds(tree, known)
    found += [fault for rule in widths.RULES for fault in rule(tree, kinds, known)]
    if found or catalog is None:
        return found
    for rules in SCHEMA_RULES:  # what is of no table has no kind either
        if found := [fault for rule in rules for fault in rule(tree, kinds, catalog)]:
            break
    return found
