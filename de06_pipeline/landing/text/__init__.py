"""Bytes to Vietnamese text: encodings, fonts before Unicode, damaged text, cleaning.

Not here: records or fields.
"""
