"""A lint of Oracle SQL: what Oracle 23ai refuses, or reads otherwise than SQLite does.

Its rules stand in modules by subject. Over tokens: `names`, `nothing`, `functions`, `documents`,
`literals`, `formats`, `clauses`, `order`. Over definitions: `ddl`, `alterations`, `extras`. Over a parsed
tree: `conditions`, `aggregates`, `shape`, `subqueries`, `widths`. Against a schema: `resolution`, `scopes`,
`values`, `conversions`, `single_rows`, `merges`. Its white lists are in `words`, and what it is tried on in
`corpus`, `cases` and `slips`. It knows no product: tables and columns, with their types and keys, come in as
a `Catalog`, by which `kinds` tells what an expression is.
`recorder` looks at what `tests.sent` collected, written as Oracle would be sent it.
"""

from tests.oracle_sql.catalog import Catalog
from tests.oracle_sql.lint import faults_of
from tests.oracle_sql.recorder import assert_fit_for_oracle, statements_of
from tests.sent.recorder import ORACLE, for_oracle

__all__ = ["ORACLE", "Catalog", "assert_fit_for_oracle", "faults_of", "for_oracle", "statements_of"]
