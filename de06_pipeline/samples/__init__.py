"""Synthetic exports of two offices, for demonstrations, tests and benchmarks.

Heavy enough to be imported only where samples are written, which is in commands alone; what
recognises a sample file is :mod:`de06_pipeline.landing.synthetic`.
"""

from de06_pipeline.samples.bulk import write_bulk_dossiers
from de06_pipeline.samples.write import SampleFile, write_samples

__all__ = ["SampleFile", "write_bulk_dossiers", "write_samples"]
