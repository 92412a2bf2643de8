"""Tests: ``unit`` (one part each, laid out like the package), ``property`` (laws that hold for any
input), ``integration`` (whole months, commands, Dagster), ``naive`` (a second implementation of the
figures, in plain Python, to compare with), ``golden`` (inputs with figures worked out by hand).

Helpers that several tests use stand in modules of their own (``..._kit``, ``home``, ``tiny_exports``
…); no test imports from another test.
"""
