"""A lint of Oracle SQL: what Oracle 23ai refuses, or reads otherwise than SQLite does.

Its rules stand in `names`, `clauses`, `literals`, `functions`, `ddl`, `extras` (over tokens), `shape`,
`subqueries`, `scopes` and `values` (over a parsed tree), its white lists in `words`. It knows no product:
tables and columns, with their types, come in as a `Catalog`, by which `kinds` tells what an expression is.
`recorder` looks at what `tests.sent` collected, written as Oracle would be sent it.
"""

from tests.oracle_sql.catalog import Catalog
from tests.oracle_sql.lint import faults_of
from tests.oracle_sql.recorder import assert_fit_for_oracle, statements_of
from tests.sent.recorder import ORACLE, for_oracle

__all__ = ["ORACLE", "Catalog", "assert_fit_for_oracle", "faults_of", "for_oracle", "statements_of"]
