"""Checks that ``make lint`` runs besides the tools of others. Nothing of the product."""
