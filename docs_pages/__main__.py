"""``python -m docs_pages``: write ``docs/reference``."""

from __future__ import annotations

import sys

from docs_pages.pages import REFERENCE, all_pages, write


def main() -> int:
    pages = all_pages()
    changed = write(pages)
    print(f"{REFERENCE}: {len(pages)} pages, {changed} changed", file=sys.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
