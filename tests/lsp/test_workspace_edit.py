"""A proposal's hunks as edits: applied as a client applies them they make the proposed text, in every encoding."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from autocrea_lsp.assist.hunks import between
from autocrea_lsp.assist.proposal import Taken
from autocrea_lsp.lsp.client import ClientProfile
from autocrea_lsp.lsp.workspace_edit import workspace_edit
from autocrea_lsp.text import Encoding, body, column_of, split_lines

RICH = ClientProfile(document_changes=True, create_files=True, change_annotations=True)
URI = "file:///w/a.py"
TEXT = st.lists(st.sampled_from(["a\n", "é𝒳\n", "\n", "  b\r\n"]), max_size=8).flatmap(
    lambda lines: st.sampled_from(["", "end", "é𝒳"]).map(lambda last: "".join(lines) + last)
)


def taken(old: str, new: str) -> Taken:
    lines = split_lines(old)
    return Taken(uri=URI, version=7, base=tuple(lines), hunks=tuple(between(lines, split_lines(new))), is_new=False)


def applied(text: str, edits: list[dict[str, Any]], encoding: Encoding) -> str:
    """As LSP says: ranges are of the text before any of the edits, and of two at one place the first comes first."""
    lines = split_lines(text)

    def offset(place: dict[str, int]) -> int:
        before = sum(map(len, lines[: place["line"]]))
        if place["line"] >= len(lines):
            return len(text)
        return before + column_of(body(lines[place["line"]]), place["character"], encoding)

    for _, edit in sorted(enumerate(edits), key=lambda at: (offset(at[1]["range"]["start"]), at[0]), reverse=True):
        start, end = offset(edit["range"]["start"]), offset(edit["range"]["end"])
        text = text[:start] + edit["newText"] + text[end:]
    return text


@given(TEXT, TEXT, st.sampled_from(["utf-8", "utf-16", "utf-32"]))
def test_the_edits_make_the_proposed_text(old: str, new: str, encoding: Encoding) -> None:
    [change] = workspace_edit([taken(old, new)], RICH, encoding)["documentChanges"]
    assert applied(old, change["edits"], encoding) == new


def test_versions_and_annotations_go_where_they_are_declared() -> None:
    edit = workspace_edit([taken("a\n", "b\n")], RICH, "utf-16", confirm="Not checked.")
    [change] = edit["documentChanges"]
    assert change["textDocument"] == {"uri": URI, "version": 7}
    assert edit["changeAnnotations"] == {
        "autocrea": {"label": "JoxCoder", "needsConfirmation": True, "description": "Not checked."}
    }
    assert [each["annotationId"] for each in change["edits"]] == ["autocrea"]
    assert "changes" not in edit


@pytest.mark.parametrize("confirm", [None, "Not checked."])
def test_a_plain_client_gets_plain_changes(confirm: str | None) -> None:
    edit = workspace_edit([taken("a\n", "b\n")], ClientProfile(), "utf-16", confirm=confirm)
    span = {"start": {"line": 0, "character": 0}, "end": {"line": 1, "character": 0}}
    assert edit == {"changes": {URI: [{"range": span, "newText": "b\n"}]}}


@pytest.mark.parametrize("client", [RICH, ClientProfile(document_changes=True)])
def test_a_new_file_is_created_before_it_is_written(client: ClientProfile) -> None:
    fresh = Taken(uri=URI, version=None, base=(), hunks=tuple(between([], ["x\n"])), is_new=True)
    changes = workspace_edit([fresh], client, "utf-16")["documentChanges"]
    kinds = [change.get("kind", "edit") for change in changes]
    assert kinds == (["create", "edit"] if client.create_files else ["edit"])
    assert changes[-1]["edits"][0]["newText"] == "x\n"
