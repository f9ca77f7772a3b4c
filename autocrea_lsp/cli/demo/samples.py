"""Three files to type in. Each holds a name drawn at run time, which a suggestion can only know from the file."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

CARET = "‸"
NAME = "§"

_FIRST = ("silver", "quiet", "copper", "amber", "distant", "hollow", "velvet", "northern", "broken", "frozen")
_SECOND = ("lantern", "harbor", "meadow", "compass", "anchor", "falcon", "orchard", "canyon", "beacon", "pebble")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """A file in pieces: it is typed up to each caret, where a suggestion is asked for and then put in."""

    file_name: str
    language: str
    name: str  # the identifier drawn for this run
    pieces: tuple[str, ...]  # a caret stands after each but the last
    expected: tuple[str, ...]  # what belongs at each caret; typed where nothing is suggested


def draw() -> tuple[Sample, ...]:
    """The three samples, with fresh names."""
    return tuple(
        _sample(file_name, language, separator, text)
        for file_name, language, separator, text in (
            ("rows.py", "python", "_", _PYTHON),
            ("cart.ts", "typescript", "", _TYPESCRIPT),
            ("prices.go", "go", "", _GO),
        )
    )


def _sample(file_name: str, language: str, separator: str, text: str) -> Sample:
    first, second = secrets.choice(_FIRST), secrets.choice(_SECOND)
    name = first + separator + (second if separator else second.title())
    pieces: list[str] = []
    expected: list[str] = []
    for number, part in enumerate(text.replace(NAME, name).split(CARET)):
        (expected if number % 2 else pieces).append(part)
    return Sample(file_name=file_name, language=language, name=name, pieces=tuple(pieces), expected=tuple(expected))


# Between two carets stands what belongs there.
_PYTHON = '''import csv


def rows(path):
    """Return the rows of a CSV file."""
    with open(path, newline="") as §:
        reader = csv.reader(§)
        return list(reader)


def save(path, rows):
    """Write rows to a CSV file."""
    with open(path, "w", newline="") as §:
        writer = csv.writer(‸§)‸
        writer.writerows(rows)


def append(path, rows):
    """Append rows to a CSV file."""
    with open(path, "a", newline="") as §:
        writer = csv.writer(‸§)‸
        writer.writerows(rows)
'''

_TYPESCRIPT = """interface Item {
  name: string;
  price: number;
}

export function total(items: Item[]): number {
  let § = 0;
  for (const item of items) {
    § += item.price;
  }
  return §;
}

export function longest(items: Item[]): number {
  let § = 0;
  for (const item of items) {
    § = Math.max(§, item.name.length);
  }
  return ‸§;‸
}

export function dearest(items: Item[]): number {
  let § = 0;
  for (const item of items) {
    § = Math.max(§, item.price);
  }
  return ‸§;‸
}
"""

_GO = """package prices

// Total adds the prices.
func Total(prices []int) int {
	§ := 0
	for _, price := range prices {
		§ += price
	}
	return §
}

// Count counts the prices that are not zero.
func Count(prices []int) int {
	§ := 0
	for _, price := range prices {
		if price != 0 {
			§++
		}
	}
	return ‸§‸
}

// Free counts the prices that are zero.
func Free(prices []int) int {
	§ := 0
	for _, price := range prices {
		if price == 0 {
			§++
		}
	}
	return ‸§‸
}
"""
