"""Readers of the files that people have, one file for each format; each returns a ``Ledger``."""
