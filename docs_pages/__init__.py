"""The pages of ``docs/reference``, made from what the product itself reads: contracts, the registry,
the warehouse's tables and views, the commands, the settings.

``python -m docs_pages`` (``make reference``) writes them; a test fails where they are not what it
would write. One module a kind of page, each a function from the product's objects to Markdown. Prose
that people write stands in ``docs``; nothing of the product imports this package, and the wheel does
not hold it.
"""
