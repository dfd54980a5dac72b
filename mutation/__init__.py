"""Mutation testing: ``python -m mutation --module units`` (``docs/reliability.md``).

A mutant is a module of the library with one small mistake in it. The tests of that module and the
laws must notice it. Mutants live in memory alone: a child process is forked for each, and imports
the changed module in place of the file.
"""
