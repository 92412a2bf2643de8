"""The monthly report as a workbook: one sheet a section, typed cells in Vietnamese number formats,
headings that stay in sight. Every rate has its numerator and denominator in columns of their own.

Not here: which tables there are and what they hold (``sections``).
"""
