"""Synthetic exports of two offices, for demonstrations, tests and benchmarks.

Heavy enough to be imported only where samples are written or recognised.
"""

from de06_pipeline.samples.bulk import write_bulk_dossiers
from de06_pipeline.samples.write import SYNTHETIC_PREFIX, SampleFile, is_synthetic, write_samples

__all__ = ["SYNTHETIC_PREFIX", "SampleFile", "is_synthetic", "write_bulk_dossiers", "write_samples"]
