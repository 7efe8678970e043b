"""Every rule over one statement."""

from tests.oracle_sql import clauses, ddl, functions, names, shape
from tests.oracle_sql.catalog import Catalog
from tests.oracle_sql.statement import Statement

TOKEN_RULES = (*names.RULES, *functions.RULES, *clauses.RULES)


def faults_of(sql: str, catalog: Catalog | None = None) -> list[str]:
    """What is wrong with a statement, in sentences; empty when Oracle would take it."""
    statement = Statement(sql)
    found = [fault for rule in TOKEN_RULES for fault in rule(statement)]
    if statement.kind == "ddl":
        found += [fault for rule in ddl.RULES for fault in rule(statement)]
    if not found and statement.kind in ("query", "dml"):  # a parser would only repeat it
        found += shape.faults_of(statement, catalog)
    return list(dict.fromkeys(found))
