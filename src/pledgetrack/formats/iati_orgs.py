"""The organisations of IATI files under one name each."""

from __future__ import annotations

from collections import Counter

from pledgetrack.assemble import fold
from pledgetrack.calendar import NOT_STATED
from pledgetrack.formats.iati_codes import ORGANISATION_TYPES
from pledgetrack.formats.iati_values import Org
from pledgetrack.models import Party


class Orgs:
    """Every organisation that was named; one reference is one organisation.

    Without a reference the name tells. Two references of one name stay two, and show theirs.

    >>> orgs = Orgs()
    >>> for org in (Org("GB-1", "DFID", "10"), Org("gb-1", "Dept", None), Org(None, "Dfid", None)):
    ...     orgs.add(org)
    >>> orgs.name(Org("GB-1", None, None)), orgs.name(Org(None, "dfid", None))
    ('DFID', 'DFID')
    >>> orgs.parties()
    [Party('DFID')]
    """

    def __init__(self) -> None:
        self._by_ref: dict[str, Org] = {}
        self._by_name: dict[str, Org] = {}
        self._shown: tuple[dict[str, str], dict[str, str]] | None = None

    def add(self, org: Org | None) -> None:
        """Note an organisation; what it says first counts."""
        if org is None:
            return
        table, key = (
            (self._by_ref, org.ref.casefold())
            if org.ref
            else (self._by_name, fold(org.name or NOT_STATED))
        )
        old = table.get(key, org)
        table[key] = Org(old.ref, old.name or org.name, old.kind or org.kind)

    def name(self, org: Org | None) -> str:
        """The one name of an organisation, "not stated" where there is none."""
        if org is None:
            return NOT_STATED
        by_ref, by_name = self._names()
        if org.ref:
            return by_ref[org.ref.casefold()]
        key = fold(org.name or NOT_STATED)
        return by_name.get(key) or self._by_name[key].name or NOT_STATED

    def _names(self) -> tuple[dict[str, str], dict[str, str]]:
        """The name shown for each reference, and for each name that one reference alone has."""
        if self._shown is None:
            names = {key: org.name or org.ref or "" for key, org in self._by_ref.items()}
            times = Counter(fold(name) for name in names.values())
            by_ref = {
                key: name if times[fold(name)] == 1 else f"{name} ({self._by_ref[key].ref})"
                for key, name in names.items()
            }
            single = {fold(name): name for name in names.values() if times[fold(name)] == 1}
            self._shown = by_ref, single
        return self._shown

    def parties(self) -> list[Party]:
        """A party for each organisation, with type and reference."""
        made: dict[str, Party] = {}
        for org in (*self._by_ref.values(), *self._by_name.values()):
            name = self.name(org)
            kind = ORGANISATION_TYPES.get(org.kind, org.kind) if org.kind else None
            made.setdefault(fold(name), Party(name=name, reference=org.ref, kind=kind))
        return list(made.values())
