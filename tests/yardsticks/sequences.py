"""What two clients asked of a host in the same scenario, made comparable, and compared.

A request becomes a `Step`: its method and path with names and ids replaced, and the names of its parameters and fields.
Steps that change something count in their order, equal ones beside each other once (uploads are parallel and many, and
each client has its own pace); steps that only read count as a set: when and how often one looks is the client's choice.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from tests.emulators.hosting.calls import Recorded


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """`act`: "POST /v13/deployments". `keys`: "?teamId" of the query, "files[].sha" of the body."""

    act: str
    keys: frozenset[str]
    reads: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """A difference that is meant: in each of `scenarios` one client does this and the other that, or ("") nothing.

    With `act`, the keys that one of them alone sends in that step (as ours spells it), instead of a step.
    """

    scenarios: Collection[str]
    theirs: str = ""
    ours: str = ""
    act: str = ""
    reason: str


def steps(requests: Sequence[Recorded], spell: Callable[[Recorded], Step]) -> list[Step]:
    """Of one client; a repeated one is joined to the one before, with the keys of both."""
    found: list[Step] = []
    for step in map(spell, requests):
        index = _repeated(found, step)
        if index is None:
            found.append(step)
        else:
            found[index] = Step(act=step.act, keys=found[index].keys | step.keys, reads=step.reads)
    return found


def differences(theirs: Sequence[Step], ours: Sequence[Step], rows: Sequence[Row]) -> list[str]:
    """What differs beyond the rows (those of this scenario), and the rows that nothing needs."""
    theirs, ours = list(theirs), list(ours)
    needless = [row for row in rows if not row.act and not _take_steps(row, theirs, ours)]
    keys = _keys(theirs), _keys(ours)
    needless += [row for row in rows if row.act and not _take_keys(row, *keys)]
    wrong = [f"no difference needs the row {row}" for row in needless]
    wrong += _told("changes", _acts(theirs, reads=False), _acts(ours, reads=False))
    wrong += _told("looks", sorted(_acts(theirs, reads=True)), sorted(_acts(ours, reads=True)))
    for act in keys[0].keys() & keys[1].keys():
        wrong += _told(act, sorted(keys[0][act] - keys[1][act]), sorted(keys[1][act] - keys[0][act]))
    return wrong


def keys_of(query: Mapping[str, str], body: Any, *, maps: Collection[str]) -> frozenset[str]:
    """Names of a request's parameters, and of its body's fields; `maps`: fields whose names are the user's."""
    return frozenset(f"?{name}" for name in query) | frozenset(_fields(body, "", maps))


def _fields(value: Any, at: str, maps: Collection[str]) -> set[str]:
    if isinstance(value, list):
        return {at, *(name for each in value for name in _fields(each, f"{at}[]", maps) if name != f"{at}[]")} - {""}
    if not isinstance(value, dict) or at in maps:
        return {at} - {""}
    inner = {name for key, each in value.items() for name in _fields(each, f"{at}.{key}" if at else key, maps)}
    return inner or {at} - {""}


def _take_steps(row: Row, theirs: list[Step], ours: list[Step]) -> bool:
    """Make the two alike where the row says how they differ; whether they did."""
    at_theirs, at_ours = _at(row.theirs, theirs), _at(row.ours, ours)
    if (row.theirs and not at_theirs) or (row.ours and not at_ours):
        return False
    if row.theirs and row.ours:
        for index in at_theirs:
            theirs[index] = Step(act=row.ours, keys=theirs[index].keys, reads=theirs[index].reads)
        return True
    if _at(row.theirs, ours) or _at(row.ours, theirs):
        return False
    for index in reversed(at_theirs):
        del theirs[index]
    for index in reversed(at_ours):
        del ours[index]
    return True


def _take_keys(row: Row, theirs: dict[str, frozenset[str]], ours: dict[str, frozenset[str]]) -> bool:
    if row.act not in theirs or row.act not in ours:
        return False
    left, right = set(row.theirs.split()), set(row.ours.split())
    needed = left <= theirs[row.act] - ours[row.act] and right <= ours[row.act] - theirs[row.act]
    theirs[row.act] -= left
    ours[row.act] -= right
    return needed


def _repeated(found: Sequence[Step], step: Step) -> int | None:
    """Which one it repeats: any earlier look, or the last change."""
    alike = [index for index, each in enumerate(found) if each.reads is step.reads]
    return next((index for index in (alike if step.reads else alike[-1:]) if found[index].act == step.act), None)


def _keys(found: Sequence[Step]) -> dict[str, frozenset[str]]:
    keys: dict[str, frozenset[str]] = {}
    for step in found:
        keys[step.act] = keys.get(step.act, frozenset()) | step.keys
    return keys


def _at(act: str, found: Sequence[Step]) -> list[int]:
    return [index for index, step in enumerate(found) if step.act == act]


def _acts(found: Sequence[Step], *, reads: bool) -> list[str]:
    return [step.act for step in found if step.reads is reads]


def _told(what: str, theirs: list[str], ours: list[str]) -> list[str]:
    return [] if theirs == ours else [f"{what}: theirs {theirs}, ours {ours}"]
