"""What a bench hands back: tables for people, gates for `make bench`, raw figures for machines."""

from __future__ import annotations

import statistics
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any


class BenchError(Exception):
    """A server did not do what is measured: its figures would mean nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A Markdown table. The first column is text, the others are numbers."""

    title: str
    head: Sequence[str]
    rows: Sequence[Sequence[str]]
    note: str = ""

    def __str__(self) -> str:
        align = ["---"] + ["---:"] * (len(self.head) - 1)
        lines = ["| " + " | ".join(row) + " |" for row in (self.head, align, *self.rows)]
        note = ["", self.note] if self.note else []
        return "\n".join([f"**{self.title}**", "", *lines, *note])


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A promise: a ratio of two figures of the same run is at most so much. `ratio` None: not measured, see `why`."""

    what: str
    against: str  # "jedi-language-server", "python -c pass"
    ratio: float | None
    most: float
    why: str = ""

    @property
    def broken(self) -> bool:
        return self.ratio is not None and not self.ratio <= self.most  # NaN is broken too

    def __str__(self) -> str:
        promise = f"{self.what}: at most {self.most:g} x {self.against}"
        if self.ratio is None:
            return f"skipped {promise} ({self.why})"
        return f"{'BROKEN ' if self.broken else 'ok     '} {promise}, is {significant(self.ratio)}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    tables: Sequence[Table]
    gates: Sequence[Gate]
    figures: Any  # JSON


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """One bench: `run(repeat)` measures that many rounds and reports."""

    name: str
    about: str
    run: Callable[[int], Awaitable[Report]]


def median_ratio(ours: Sequence[float], theirs: Sequence[float]) -> float:
    """The median of the rounds' own ratios: how busy the machine was in a round cancels out."""
    return statistics.median(our / their if their else float("nan") for our, their in zip(ours, theirs, strict=True))


def cell(values: Sequence[float]) -> str:
    """`median (minimum)`, or the one value."""
    if not values:
        return "-"
    middle = significant(statistics.median(values))
    return f"{middle} ({significant(min(values))})" if len(values) > 1 else middle


def significant(value: float) -> str:
    """Three digits or so, never an exponent: more would be noise."""
    digits = 0 if value >= 100 else 1 if value >= 10 else 2 if value >= 1 else 3
    return f"{value:.{digits}f}"
