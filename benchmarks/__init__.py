"""Benchmarks: the product next to a plain script of the same work.

``python -m benchmarks``; see docs/benchmarks.md.
"""
