"""The one floor under all SQL that runs in DuckDB: opening a database and its limits, the private
scratch folder, spelling of names and texts, small tables of Python values, reading result rows.

Nothing here knows what the data mean: no contract, month, rule or indicator.
"""
