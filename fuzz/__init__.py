"""Fuzzing of every reader and parser: ``python -m fuzz --all`` (``docs/reliability.md``).

Two engines give the inputs: ``coverage`` changes bytes and keeps what reaches new lines (atheris,
the extra ``fuzz``), ``properties`` draws changes of the seeds that keep their form (Hypothesis).
"""
