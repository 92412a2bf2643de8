"""What reading leaves out of a file or puts right in it: counted, told to the supplier, never a
fault of a row.

Counts are of rows for ``…_rows``, of cells for ``…_cells``, of sheets for ``other_sheets``; 1
for what holds for the whole file.
"""

from __future__ import annotations

TITLE_ROWS = "title_rows"
"""Above the header."""
HEADER_AGAIN_ROWS = "repeated_header_rows"
NUMBERING_ROWS = "numbering_rows"
EXAMPLE_ROWS = "example_rows"
BLOCK_ROWS = "block_rows"
TOTAL_ROWS = "total_rows"
SIGNATURE_ROWS = "signature_rows"
"""Signatures, and remarks below the table."""
CELLS_MISSING = "cells_missing_at_end"
"""Lines of a CSV file that lack empty cells at their end."""
CELLS_TOO_MANY = "cells_too_many_at_end"
"""Lines of a CSV file with more empty cells at their end than there are columns."""
ERROR_CELLS = "error_cells"
"""Cells that show ``#N/A`` or the like, or hold a formula that was never computed."""
PERCENT_CELLS = "percent_cells"
"""Numbers whose format shows them as percent, read as shown."""
MERGED_CELLS = "merged_cells"
"""Cells of records that got the value of the merged range they lie in."""
DAYS_FROM_1904 = "days_from_1904_cells"
"""Numbers in columns of dates of a workbook that counts days from 1904, read as the days meant."""
OTHER_SHEETS = "other_sheets"
"""Sheets that are not empty and not read."""
HIDDEN_SHEET = "hidden_sheet"
"""The sheet that was read is hidden: no visible one has the columns."""
SYSTEM_FILE = "system_file"
"""The file is no delivery: an operating system or Excel left it there."""
CONVERTED = "encoding_converted"
"""Text in a font's own encoding (TCVN3, VNI) was converted."""
