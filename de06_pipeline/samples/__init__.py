"""Synthetic exports of two offices, for demonstrations, tests and benchmarks.

``write.write_samples`` writes believable months; ``bulk.write_bulk_dossiers`` writes one big file.
"""
