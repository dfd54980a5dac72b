"""Benchmarks: each row of ``docs/performance.md`` as a ratio, both sides in one run on one input.

``python -m benchmarks`` runs every row, ``--quick`` a small size of each; ``--write FILE`` puts the
table into a file. Sides must agree; time decides nothing.
"""
