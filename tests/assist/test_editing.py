"""An edit from a question to a checked draft: what is shown, what is tried again, and what is refused."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from autocrea_lsp.assist import editing
from autocrea_lsp.assist.diagnostic import Diagnostic
from autocrea_lsp.assist.editing import Draft, Request
from autocrea_lsp.assist.goal import Goal
from autocrea_lsp.errors import UnusableAnswer, UserError
from autocrea_lsp.text import Span
from tests.assist.desks import Script, desk_for, document

TEXT = "import os\n\n\ndef join(parts):\n    return os.path.join(*pats)\n\n\ndef other():\n    return 1\n"
FIXED = TEXT.replace("*pats", "*parts")
UNDEFINED = Diagnostic(
    span=Span(start_line=4, start_column=25, end_line=4, end_column=29),
    message="Undefined name `pats`",
    source="Ruff",
    code="F821",
)


def answer(*edits: tuple[str, str], explanation: str = "Un error de nombre.", path: str = "a.py") -> str:
    return json.dumps({"explanation": explanation, "edits": [{"path": path, "old": o, "new": n} for o, n in edits]})


BAD_LINE, GOOD_LINE = "    return os.path.join(*pats)\n", "    return os.path.join(*parts)\n"
GOOD = answer((BAD_LINE, GOOD_LINE))
OUTSIDE = answer((BAD_LINE, GOOD_LINE), ("    return 1\n", "    return 2\n"))
SILENCED = answer((BAD_LINE, "    return os.path.join(*pats)  # noqa: F821\n"))


def fix(folder: Path, text: str = TEXT, goal: Goal = "fix") -> Request:
    return Request(source=document(folder, text), goal=goal, selected=UNDEFINED.span, diagnostics=(UNDEFINED,))


async def propose(script: Script, folder: Path, request: Request | None = None, *, trusted: bool = True) -> Draft:
    async with desk_for(script, folder, trusted=trusted) as desk:
        return await editing.propose(desk, request or fix(folder))


async def test_a_good_fix_is_checked_and_needs_no_consent(tmp_path: Path) -> None:
    script = Script(GOOD)
    draft = await propose(script, tmp_path)
    assert "".join(draft.files[0].lines) == FIXED
    assert (draft.verdict.status, draft.needs_consent) == ("passed", False)
    assert draft.explanation == "Un error de nombre."
    assert draft.took.tokens == 110
    [prompt] = script.asked
    assert prompt.schema is not None
    assert "Spanish" in prompt.stable
    assert "F821" in prompt.messages[0].text
    assert TEXT in prompt.messages[0].text


@pytest.mark.parametrize("bad", [OUTSIDE, SILENCED, "I will not.", answer(("nowhere\n", "x\n")), answer()])
async def test_a_bad_answer_is_sent_back_once_with_what_is_wrong(tmp_path: Path, bad: str) -> None:
    script = Script(bad, GOOD)
    draft = await propose(script, tmp_path)
    assert ("".join(draft.files[0].lines), draft.verdict.status) == (FIXED, "passed")
    assert [message.role for message in script.asked[1].messages] == ["user", "assistant", "user"]
    assert draft.took.tokens == 220


@pytest.mark.parametrize(
    "bad",
    [
        OUTSIDE,
        "No.",
        answer(("nowhere\n", "x\n")),
        answer(("x", "y"), path="../b.py"),
        answer(("", "import os\n"), path="new.py"),  # a fix makes no files
        answer(("    return os.path.join(*pats)\n", "    return os.path.join(*parts)  # \u202e\n")),
        answer(("import os\n", "import os; os.system('id')\n")),
    ],
)
async def test_what_may_not_be_is_refused_after_the_second_try(tmp_path: Path, bad: str) -> None:
    script = Script(bad, bad)
    with pytest.raises(UnusableAnswer) as caught:
        await propose(script, tmp_path)
    assert "Nothing was changed" in caught.value.hint
    assert len(script.asked) == 2
    assert list(tmp_path.iterdir()) == []


async def test_a_fix_that_is_none_is_a_draft_that_needs_consent(tmp_path: Path) -> None:
    draft = await propose(Script(SILENCED, SILENCED), tmp_path)
    assert (draft.verdict.status, draft.needs_consent) == ("failed", True)
    assert draft.verdict.label


async def test_in_an_untrusted_workspace_nothing_is_run_and_nothing_vouches(tmp_path: Path) -> None:
    draft = await propose(Script(GOOD), tmp_path, trusted=False)
    assert (draft.verdict.status, draft.needs_consent) == ("unchecked", True)


async def test_a_refactoring_always_needs_consent(tmp_path: Path) -> None:
    request = Request(
        source=document(tmp_path, FIXED),
        goal="simplify",
        selected=Span(start_line=8, start_column=0, end_line=8, end_column=0),
    )
    draft = await propose(Script(answer(("    return 1\n", "    return 2\n"))), tmp_path, request)
    assert draft.needs_consent


async def test_tests_go_into_a_new_file(tmp_path: Path) -> None:
    place = Span(start_line=8, start_column=0, end_line=8, end_column=0)
    request = Request(source=document(tmp_path, FIXED), goal="tests", selected=place)
    written = answer(("", "def test_other():\n    assert True\n"), path="tests/test_a.py")
    draft = await propose(Script(written), tmp_path, request)
    [new] = draft.files
    assert (new.is_new, new.source.name, new.source.language) == (True, "tests/test_a.py", "python")
    assert draft.needs_consent
    assert list(tmp_path.iterdir()) == [], "nothing is written before somebody accepts"


async def test_secrets_stay_here_and_come_back_where_they_stood(tmp_path: Path) -> None:
    secret = "sk-ant-" + "api03-" + "x7Kq" * 8
    text = f'API_KEY = "{secret}"\n' + TEXT
    shifted = Span(start_line=5, start_column=25, end_line=5, end_column=29)
    problem = Diagnostic(span=shifted, message=f"Undefined, see {secret}", source="Ruff", code="F821")
    request = Request(source=document(tmp_path, text), goal="fix", selected=shifted, diagnostics=(problem,))
    script = Script(GOOD)
    draft = await propose(script, tmp_path, request)
    assert secret not in repr(script.asked)
    assert "".join(draft.files[0].lines) == text.replace("*pats", "*parts")


async def test_windows_line_ends_stay(tmp_path: Path) -> None:
    draft = await propose(Script(GOOD), tmp_path, fix(tmp_path, TEXT.replace("\n", "\r\n")))
    assert "".join(draft.files[0].lines) == FIXED.replace("\n", "\r\n")


async def test_what_may_not_be_sent_is_not_sent(tmp_path: Path) -> None:
    (tmp_path / ".autocreaignore").write_text("a.py\n")
    script = Script(GOOD)
    with pytest.raises(UserError, match=r"autocreaignore"):
        await propose(script, tmp_path)
    assert script.asked == []


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"goal": "refactor", "diagnostics": ()}, "instruction"),
        ({"goal": "refactor", "instruction": "x" * 100_001}, "100001"),
        ({"goal": "fix", "diagnostics": ()}, "no problem"),
    ],
)
async def test_bad_requests_say_what_is_wrong(tmp_path: Path, change: dict[str, object], words: str) -> None:
    import dataclasses

    request = dataclasses.replace(fix(tmp_path), **change)  # type: ignore[arg-type]
    script = Script(GOOD)
    with pytest.raises(UserError, match=words):
        await propose(script, tmp_path, request)
    assert script.asked == []


async def test_nobody_who_can_chat_says_how_to_get_somebody(tmp_path: Path) -> None:
    async with desk_for(None, tmp_path) as desk:
        with pytest.raises(UserError) as caught:
            await editing.propose(desk, fix(tmp_path))
    assert "key" in caught.value.hint


async def test_a_large_document_is_shown_as_a_window_with_its_imports(tmp_path: Path) -> None:
    filler = "".join(f"value_{number} = {number}  # a line that only takes room here\n" for number in range(4_000))
    text = "import os\n" + filler + TEXT.removeprefix("import os\n") + filler
    shift = 4_000
    span = Span(start_line=4 + shift, start_column=25, end_line=4 + shift, end_column=29)
    problem = Diagnostic(span=span, message="Undefined name `pats`", source="Ruff", code="F821")
    request = Request(source=document(tmp_path, text), goal="fix", selected=span, diagnostics=(problem,))
    script = Script(GOOD)
    draft = await propose(script, tmp_path, request)
    sent = script.asked[0].messages[0].text
    assert len(sent) < 90_000
    assert "import os\n" in sent
    assert "".join(draft.files[0].lines) == text.replace("*pats", "*parts")
