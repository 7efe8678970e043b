"""The product's own schema, as the lint of Oracle's SQL wants to know it."""

from typing import Final

from fittrack.db.tables import metadata
from tests.oracle_sql import Catalog

CATALOG: Final = Catalog.of(
    {
        **{table.name: [column.name for column in table.columns] for table in metadata.sorted_tables},
        "alembic_version": ["version_num"],
    }
)
