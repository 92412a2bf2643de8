"""de06_pipeline: monthly indicators of Đề án 06 from the exports of the source systems.

Every package says in its first lines what belongs in it and what does not. docs/architecture.md
tells how a file becomes a figure, and where to begin reading.
"""

__version__ = "0.1.0"
