"""What an IATI file says twice: levels of activities, replaced budgets, repeated activities.

"If multiple levels are reported then, to avoid double counting, financial transactions should only
be reported at the lowest hierarchical level" (the schema, of ``iati-activity/@hierarchy``); what is
committed, budgeted or received "may be reported at a higher level, but must not be double counted
within a hierarchical chain" (the rules for multi-level reporting).
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from pledgetrack.account import AccountBuilder, Outcome
from pledgetrack.formats.iati_codes import CHILD, FLOWS, PARENT, Perspective
from pledgetrack.formats.iati_values import Activity, Fact, Org, Plan
from pledgetrack.manifest import Level

_DAY = dt.timedelta(days=1)


# --- activities that are there twice --------------------------------------------------------------


def without_repeats(
    activities: Iterable[Activity], files: Sequence[str], seen: AccountBuilder
) -> list[Activity]:
    """Each identifier once: the same activity again is set aside, another one is rejected."""
    kept: dict[str, Activity] = {}
    for activity in activities:
        first = kept.setdefault(activity.identifier, activity)
        if first is activity:
            continue
        where = f"line {first.line} of {files[first.source]}"
        if _content(first) == _content(activity):
            _leave(activity, "set aside", f"the same activity again as on {where}", seen)
        else:
            words = (
                f"repeats the iati-identifier {activity.identifier!r} of {where} with another "
                "content; each activity has its own"
            )
            _leave(activity, "rejected", words, seen)
    return list(kept.values())


def _content(activity: Activity) -> tuple[object, ...]:
    """All that an activity says, without its place."""
    facts = [
        (f.code, f.day, f.number, f.unit, f.value_date, f.provider, f.receiver, f.recipients,
         f.sectors)
        for f in activity.facts
    ]  # fmt: skip
    plans = [
        (p.kind, p.revised, p.start, p.end, p.number, p.unit, p.provider, p.receiver)
        for p in activity.plans
    ]
    return (
        activity.title, activity.reporter, activity.hierarchy, activity.status,
        sorted(activity.dates.items()), activity.recipients, activity.sectors, activity.related,
        activity.participating, facts, plans,
    )  # fmt: skip


def _leave(activity: Activity, outcome: Outcome, reason: str, seen: AccountBuilder) -> None:
    for row in (activity.row, *(one.row for one in activity.records)):
        seen.revise(row, outcome, reason)


# --- levels ---------------------------------------------------------------------------------------


def set_aside_levels(
    activities: Sequence[Activity], perspective: Perspective, seen: AccountBuilder
) -> None:
    """Leave out what a higher level reports of a flow that a lower one reports too.

    Levels are those of one reporting organisation. A parent is known by ``related-activity``; where
    no activity of a lower level names one, all of the higher levels may be theirs.
    """
    flows = FLOWS[perspective]

    def flow_of(one: Fact | Plan) -> str | None:
        return one.kind if isinstance(one, Plan) else flows.get(one.code)

    holds = {
        activity.identifier: {flow for one in activity.records if (flow := flow_of(one))}
        for activity in activities
    }
    children = _children(activities)
    known = {child for below in children.values() for child in below}
    strays: dict[object, list[Activity]] = defaultdict(list)
    for activity in activities:
        if activity.identifier not in known and PARENT not in dict(activity.related):
            strays[_who(activity.reporter)].append(activity)
    for activity in activities:
        below = _below(activity.identifier, children)
        if not below:
            below = {
                other.identifier
                for other in strays.get(_who(activity.reporter), ())
                if other.hierarchy > activity.hierarchy
            }
        twice = {flow for other in below for flow in holds[other]} & holds[activity.identifier]
        for one in activity.records if twice else ():
            if flow_of(one) in twice:
                words = f"{flow_of(one)}: reported below hierarchy {activity.hierarchy} too"
                seen.revise(one.row, "set aside", words)
        activity.facts = [fact for fact in activity.facts if flow_of(fact) not in twice]
        activity.plans = [plan for plan in activity.plans if plan.kind not in twice]


def levels_of(activities: Iterable[Activity], perspective: Perspective) -> list[Level]:
    """The levels of activities, of which nothing has been set aside for them."""
    flows = FLOWS[perspective]
    return [
        Level(
            activity.identifier,
            _who(activity.reporter),
            activity.hierarchy,
            tuple(other for kind, other in activity.related if kind == PARENT),
            tuple(other for kind, other in activity.related if kind == CHILD),
            frozenset(flows[fact.code] for fact in activity.facts if fact.code in flows),
        )
        for activity in activities
    ]


def _children(activities: Sequence[Activity]) -> Mapping[str, set[str]]:
    """The children of each activity, as either of both names the other."""
    who = {activity.identifier: _who(activity.reporter) for activity in activities}
    found: dict[str, set[str]] = defaultdict(set)
    for activity in activities:
        for kind, other in activity.related:
            if who.get(other) != who[activity.identifier] or other == activity.identifier:
                continue
            if kind == PARENT:
                found[other].add(activity.identifier)
            elif kind == CHILD:
                found[activity.identifier].add(other)
    return found


def _below(name: str, children: Mapping[str, set[str]]) -> set[str]:
    """All activities under one; none where it is also under one of those."""
    found: set[str] = set()
    ahead = [name]
    while ahead:
        for child in children.get(ahead.pop(), ()):
            if child not in found:
                found.add(child)
                ahead.append(child)
    return set() if name in found else found


def _who(org: Org | None) -> str:
    return (org.ref or org.name or "").casefold() if org else ""


# --- budgets --------------------------------------------------------------------------------------


def set_aside_replaced(activities: Iterable[Activity], seen: AccountBuilder) -> None:
    """Leave out original budgets whose whole period has revised ones."""
    for activity in activities:
        revised: dict[object, list[Plan]] = defaultdict(list)
        for plan in activity.plans:
            if plan.revised:
                revised[_same(plan)].append(plan)
        kept = []
        for plan in activity.plans:
            if not plan.revised and _covered(plan, revised.get(_same(plan), ())):
                seen.revise(plan.row, "set aside", f"superseded {plan.kind}")
            else:
                kept.append(plan)
        activity.plans = kept


def _same(plan: Plan) -> object:
    # A planned disbursement is one from somebody to somebody; a budget has neither.
    return plan.kind, _who(plan.provider), _who(plan.receiver)


def _covered(plan: Plan, others: Iterable[Plan]) -> bool:
    """Whether each day of a plan is one of others."""
    day = plan.start
    for other in sorted(others, key=lambda other: other.start):
        if other.start > day:
            return False
        if other.end >= plan.end:
            return True
        day = max(day, other.end + _DAY)
    return False
