"""One delivery from its files to accepted rows: opens and reads them, types them, resolves areas,
chooses among repeats, has rules judge them, and says what became of every row.

The only room that knows ``landing``, ``parsing``, ``areas`` and ``quality`` together. Not here: the
work of any of them, what is recorded (``monthly``, ``warehouse``), what is counted
(``indicators``).
"""
