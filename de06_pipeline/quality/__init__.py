"""Rules over typed rows: how often each is broken, which rows break it, what is kept of them, and
the checks a delivery must pass.

``gx`` is the only module that knows Great Expectations. Not here: what the rules are (they are
written in the contracts), how text became values (``parsing``), whether figures are believable
(``plausibility``).
"""
