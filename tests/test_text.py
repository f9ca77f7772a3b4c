"""Text values: LSP's three line ends and nothing else, columns in the units of every position encoding."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autocrea_lsp.text import (
    Encoding,
    Snapshot,
    body,
    column_of,
    common_prefix,
    offset_of,
    split_lines,
    units_of,
)

ENCODINGS: tuple[Encoding, ...] = get_args(Encoding)
NOT_LINE_ENDS = "\x0b\x0c\x1c\x1d\x1e\x85\u2028\u2029"  # `str.splitlines` ends lines there, LSP does not
LONE = "\ud800\udc00\udfff\udbff"  # halves of a surrogate pair, which JSON can bring
CHARACTERS = st.sampled_from("ab \t{}é€𝒳🙂\U0010ffff" + NOT_LINE_ENDS) | st.characters(exclude_characters="\r\n")
LINES = st.text(CHARACTERS, max_size=12)
TEXTS = st.lists(CHARACTERS | st.sampled_from(["\n", "\r\n", "\r"]), max_size=30).map("".join)
ANY_LINES = st.text(CHARACTERS | st.sampled_from(LONE), max_size=12)
ENCODED = st.sampled_from(ENCODINGS)


def units_by_definition(character: str, encoding: Encoding) -> int:
    if encoding == "utf-32":
        return 1
    if encoding == "utf-16":
        return 2 if ord(character) > 0xFFFF else 1
    return next(size for size, limit in enumerate((0x80, 0x800, 0x10000, 0x110000), 1) if ord(character) < limit)


def lines_by_definition(text: str) -> list[str]:
    """Character by character: a line ends after CR LF, LF or CR."""
    lines = [""]
    for at, character in enumerate(text):
        lines[-1] += character
        if character == "\n" or (character == "\r" and text[at + 1 : at + 2] != "\n"):
            lines.append("")
    return lines if lines[-1] else lines[:-1]


# lines


@given(TEXTS)
@example("")
@example("\n")
@example("\r\r\n\n\r")
@example(f"a{NOT_LINE_ENDS}b\n{NOT_LINE_ENDS}")
@example("\ufeffwith a byte order mark\r\nand no end")
def test_lines_are_those_of_the_definition_and_lose_nothing(text: str) -> None:
    lines = split_lines(text)
    assert lines == lines_by_definition(text)
    assert "".join(lines) == text


@pytest.mark.parametrize("character", NOT_LINE_ENDS)
@pytest.mark.parametrize("end", ["", "\n", "\r\n", "\r"])
def test_other_separators_are_text(character: str, end: str) -> None:
    line = f"before{character}after{end}"
    assert split_lines(line + "next") == ([line, "next"] if end else [line + "next"])
    assert body(line) == f"before{character}after"
    assert body(f"before{character}") == f"before{character}"


@given(TEXTS)
def test_the_body_of_a_line_is_all_but_its_end(text: str) -> None:
    for line in split_lines(text):
        end = line[len(body(line)) :]
        assert line == body(line) + end
        assert end in ("", "\n", "\r\n", "\r")
        assert not set(body(line)) & {"\r", "\n"}


# columns


@given(ANY_LINES, ENCODED)
@example(LONE, "utf-16")
@example("\ud83d\ude42🙂a", "utf-16")  # two halves side by side are two characters here, and two units there
def test_units_and_columns_agree_at_each_character(line: str, encoding: Encoding) -> None:
    units = 0
    for column, character in enumerate(line):
        assert units_of(line, column, encoding) == units
        assert column_of(line, units, encoding) == column
        units += units_by_definition(character, encoding)
    assert units_of(line, len(line), encoding) == units
    assert column_of(line, units, encoding) == len(line)


@given(ANY_LINES, ENCODED, st.integers(-3, 60))
def test_inside_a_character_is_before_it_and_past_the_end_is_the_end(line: str, encoding: Encoding, units: int) -> None:
    column = column_of(line, units, encoding)
    assert units_of(line, column, encoding) <= max(units, 0)
    if column < len(line):
        assert units_of(line, column + 1, encoding) > units
    else:
        assert column == len(line)


@pytest.mark.parametrize(
    ("encoding", "units", "column"),
    [
        ("utf-8", 3, 3),  # é starts
        ("utf-8", 4, 3),  # inside é
        ("utf-8", 5, 4),  # 𝒳 starts
        ("utf-8", 8, 4),  # inside 𝒳
        ("utf-8", 9, 5),
        ("utf-16", 4, 4),
        ("utf-16", 5, 4),  # between the halves of 𝒳
        ("utf-16", 6, 5),
        ("utf-32", 5, 5),
        ("utf-32", 99, 6),
        ("utf-16", 99, 6),
        ("utf-8", 99, 6),
        ("utf-16", -1, 0),
    ],
)
def test_columns_of_a_line_with_wide_characters(encoding: Encoding, units: int, column: int) -> None:
    assert column_of("x =é𝒳;", units, encoding) == column


# the document


@given(TEXTS, st.data())
def test_a_snapshot_and_its_offset_split_the_document_at_the_caret(text: str, data: st.DataObject) -> None:
    lines = split_lines(text)
    ends_in_line_end = not lines or lines[-1] != body(lines[-1])
    line = data.draw(st.integers(0, len(lines) if ends_in_line_end else len(lines) - 1))
    column = data.draw(st.integers(0, len(body(lines[line])))) if line < len(lines) else 0
    snapshot = Snapshot(uri="untitled:1", version=1, language="", lines=lines, size=len(text), line=line, column=column)
    offset = offset_of(lines, line, column)
    assert (snapshot.before(0), snapshot.after(len(lines))) == (text[:offset], text[offset:])
    assert snapshot.head + snapshot.tail == snapshot.current
    assert text[:offset].endswith(snapshot.head)
    assert text[offset:].startswith(snapshot.tail)
    assert snapshot.before(line) == snapshot.head
    first, last = data.draw(st.integers(0, line)), data.draw(st.integers(line, len(lines) + 1))
    assert snapshot.before(first) + snapshot.after(last) == "".join(lines[first : last + 1])


@given(st.text(max_size=20), st.text(max_size=20), st.text(max_size=20))
def test_the_common_prefix_is_shared_and_nothing_longer_is(start: str, a: str, b: str) -> None:
    length = common_prefix(start + a, start + b)
    assert length >= len(start)
    assert (start + a)[:length] == (start + b)[:length]
    assert length == min(len(start + a), len(start + b)) or (start + a)[length] != (start + b)[length]
