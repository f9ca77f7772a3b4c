"""What a model is shown of a document: a window around the caret whose start does not move at every key.

A window that slid with the caret would make every prompt new to the model's cache; it starts at a multiple of
`ANCHOR` lines instead (reference/llm.md D3 measured: 1 token processed against 548).
"""

from __future__ import annotations

from autocrea_lsp.ai.base import FillPrompt
from autocrea_lsp.text import Snapshot, sound
from autocrea_lsp.workspace.key_blocks import key_around
from autocrea_lsp.workspace.redact import Redaction
from autocrea_lsp.workspace.sensitive import file_name

ANCHOR = 50  # lines; the window's start moves only every so many lines
LINES_BEFORE = 100  # at least, where there are as many: more did not help the measured models
LINES_AFTER = 40
MAX_BEFORE = 8_000  # code points, about 2,500 tokens
MAX_AFTER = 2_000
MAX_LINE_CUT = 2_000  # code points; a prefix that is one long line is cut at a multiple of this


def fill_prompt(
    snapshot: Snapshot, *, max_lines: int, request_id: str, detail: str, remote: bool, max_output_tokens: int = 64
) -> FillPrompt:
    """The prompt for what belongs at the caret. For a remote model, credentials in it are replaced first."""
    first = max(0, (snapshot.line - LINES_BEFORE) // ANCHOR * ANCHOR)
    size = sum(map(len, snapshot.lines[first : snapshot.line])) + snapshot.column
    while size > MAX_BEFORE and first < snapshot.line:
        step = min(10 - first % 10, snapshot.line - first)
        size -= sum(map(len, snapshot.lines[first : first + step]))
        first += step
    prefix = snapshot.before(first)
    if len(prefix) > MAX_BEFORE:
        prefix = prefix[-(-(len(prefix) - MAX_BEFORE) // MAX_LINE_CUT) * MAX_LINE_CUT :]
    suffix = snapshot.after(snapshot.line + LINES_AFTER)[:MAX_AFTER]
    if remote:
        prefix, suffix = _hidden(snapshot, first, prefix, suffix)
    return FillPrompt(
        prefix=sound(prefix),
        suffix=sound(suffix),
        first_line=first,
        language=snapshot.language,
        file_name=file_name(snapshot.uri),
        max_output_tokens=max_output_tokens,
        max_lines=max_lines,
        request_id=request_id,
        detail=detail,
    )


def _hidden(snapshot: Snapshot, first: int, prefix: str, suffix: str) -> tuple[str, str]:
    """Without credentials; and without what would be half a private key, which no pattern knows any more."""
    redaction = Redaction()
    if (key := key_around(snapshot.lines, first)) is not None:
        prefix = "".join(snapshot.lines[key[1] : snapshot.line]) + snapshot.head if key[1] <= snapshot.line else ""
    if key_around(snapshot.lines, snapshot.line) is not None:
        suffix = ""
    elif (cut := suffix.rfind("-----BEGIN")) >= 0 and "-----END" not in suffix[cut:]:
        suffix = suffix[:cut]
    return redaction.hide(prefix), redaction.hide(suffix)
