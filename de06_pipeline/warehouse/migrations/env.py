"""Alembic's entry: runs the migrations on the connection, and in the transaction, that the program
has opened.
"""

from __future__ import annotations

from alembic import context

from de06_pipeline.warehouse.rebased_schema import metadata
from de06_pipeline.warehouse.views.forms import drop_form_views
from de06_pipeline.warehouse.views.tables import create_views, drop_views

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, transactional_ddl=True)
drop_form_views(connection)
drop_views(connection)
context.run_migrations()
create_views(connection)
