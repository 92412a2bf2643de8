"""The monthly report: what it shows is data (:mod:`.plan`), its figures are read once
(:mod:`.facts`), put into sections (:mod:`.sections`) and written as a page, a workbook and a
document.

Not here: queries (``warehouse``), and when reports are written (``monthly``, ``defs``).
"""
