"""Synthetic exports of two offices, for demonstrations, tests and benchmarks.

Made so that published figures come out; docs/samples.md says which. Heavy enough to be imported only
where samples are written, which is in commands alone. Not here: what recognises a sample file
(:mod:`de06_pipeline.landing.synthetic`), and anything else that the product needs.
"""

from de06_pipeline.samples.bulk import write_bulk_dossiers
from de06_pipeline.samples.write import SampleFile, write_samples

__all__ = ["SampleFile", "write_bulk_dossiers", "write_samples"]
