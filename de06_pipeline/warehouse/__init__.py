"""The warehouse: what was delivered, how good it was, and every figure with its revisions.

Tables, migrations, publication and views, on SQLite or PostgreSQL through SQLAlchemy Core. Nothing
here reads a landing file or computes an indicator: figures arrive as an Arrow table and are stored
as they are. Not here either: pages and tables for people (``reports``).

* :mod:`~de06_pipeline.warehouse.store`: the connection, transactions, locks
* :mod:`~de06_pipeline.warehouse.schema`, ``views``, ``migrate``, ``migrations``: the tables and how
  they come to be
* :mod:`~de06_pipeline.warehouse.reference`: ``dim_area``, ``dim_indicator``, ``dim_month``
* :mod:`~de06_pipeline.warehouse.deliveries.record`, ``accepted``, ``cells``: deliveries and the
  pointers into the lake
* :mod:`~de06_pipeline.warehouse.figures.publish`, ``staging``: figures and revisions
* :mod:`~de06_pipeline.warehouse.deliveries.queries`, ``standing``: answers for people
"""
