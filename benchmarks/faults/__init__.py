"""``python -m benchmarks.faults --trials N --seed S``: what goes wrong in a machine room, one thing
a trial, while a night restates a published month.

A corrected file has come for the first of two published months. Each trial runs that night in a
process of its own, disturbs it, and runs what docs/operations.md says helps. A trial passes when

- after the fault every source's figures are those of before or those of after, never some of each,
- after the remedy figures, pointers and the lake are what the undisturbed night made.

A fault that did not strike (the night never came to its point, never read the damaged file) says
nothing: it is thrown again elsewhere, and how often is counted; after :data:`ATTEMPTS` it fails.

Trials are numbered by kind, so that ``--only "kill: cells" --seed 7`` makes them again.
"""
