"""The one floor under all SQL that runs in DuckDB: opening a database and its limits, the private
scratch folder, spelling of names and texts, small tables of Python values, reading result rows.

Not here: anything that knows what the data mean. No contract, month, rule or indicator.
"""
