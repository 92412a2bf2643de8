"""Alembic's entry: runs the migrations on the connection, and in the transaction, that the program
has opened.
"""

from __future__ import annotations

from alembic import context
from alembic.runtime.migration import MigrationContext

from de06_pipeline.warehouse.migrate import HEAD
from de06_pipeline.warehouse.readers import grants_kept
from de06_pipeline.warehouse.rebased_schema import metadata
from de06_pipeline.warehouse.views.dashboards import drop_dashboard_views
from de06_pipeline.warehouse.views.forms import drop_form_views
from de06_pipeline.warehouse.views.tables import (
    create_possible_views,
    create_views,
    drop_views,
)

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
with grants_kept(connection):
    drop_form_views(connection)
    drop_dashboard_views(connection)
    drop_views(connection)
    context.run_migrations()
    if MigrationContext.configure(connection).get_current_revision() == HEAD:
        create_views(connection)
    else:
        create_possible_views(connection)
