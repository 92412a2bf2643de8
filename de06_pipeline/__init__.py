"""de06_pipeline: monthly indicators of Đề án 06 from the exports of the source systems."""

__version__ = "0.1.0"
