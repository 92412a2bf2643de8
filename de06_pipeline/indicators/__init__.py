"""From accepted rows to figures: cells of a month, sums over windows and areas, stocks, methods, and
the status of every figure.

* :mod:`~de06_pipeline.indicators.cells`: a month's finest groups, made from its own rows only
* :mod:`~de06_pipeline.indicators.rollup`: cells to sums and medians by area, breakdown and window
* :mod:`~de06_pipeline.indicators.stocks`: opening balances plus events
* :mod:`~de06_pipeline.indicators.methods`: figures that are no sums over cells
* :mod:`~de06_pipeline.indicators.computation`: what these share: windows, coverage, labels, status

``compute`` puts them together, ``explain`` shows one indicator in words and SQL. Not here: what an
indicator *is* (``registry``), how rows were accepted (``ingest``), where figures are kept
(``warehouse``).
"""
