"""Synthetic exports of two offices, for demonstrations, tests and benchmarks.

Made so that published figures come out; docs/samples.md says which. Heavy enough to be imported only
where samples are written. Not here: anything that other parts need: nothing of the product imports
samples.
"""

from de06_pipeline.samples.bulk import write_bulk_dossiers
from de06_pipeline.samples.write import SYNTHETIC_PREFIX, SampleFile, is_synthetic, write_samples

__all__ = ["SYNTHETIC_PREFIX", "SampleFile", "is_synthetic", "write_bulk_dossiers", "write_samples"]
