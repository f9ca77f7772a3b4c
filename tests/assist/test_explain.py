"""Explanations: what is shown to the model, and what of its answer is shown to the user."""

from __future__ import annotations

from pathlib import Path

import pytest

from autocrea_lsp.ai.base import Capabilities
from autocrea_lsp.assist import explain
from autocrea_lsp.assist.explain import TOY, Request
from autocrea_lsp.errors import BrokenReply, UserError
from autocrea_lsp.text import Span
from tests.assist.desks import Script, desk_for, document

TEXT = "import os\n\n\ndef first():\n    return 1\n\n\ndef second():\n    return os.sep\n"
CARET = Span(start_line=8, start_column=4, end_line=8, end_column=4)


async def test_without_a_selection_the_definition_around_the_caret_is_explained(tmp_path: Path) -> None:
    script = Script("# Título\n\nDevuelve el separador. ![x](http://evil/x.png)\n")
    pieces: list[str] = []
    async with desk_for(script, tmp_path) as desk:
        request = Request(source=document(tmp_path, TEXT), selected=CARET, question="¿Qué hace?")
        found = await explain.explain(desk, request, pieces.append)
    [message] = script.asked[0].messages
    lines = message.text.split("<lines")[1]
    assert "def second" in lines
    assert "def first" not in lines
    assert "¿Qué hace?" in message.text
    assert "Spanish" in script.asked[0].stable
    assert "".join(pieces) == found.markdown
    assert "![" not in found.markdown
    assert found.took.tokens == 110


async def test_a_text_from_elsewhere_is_explained(tmp_path: Path) -> None:
    script = Script("A traceback.")
    async with desk_for(script, tmp_path) as desk:
        found = await explain.explain(desk, Request(text="Traceback: boom"))
    assert "Traceback: boom" in script.asked[0].messages[0].text
    assert found.markdown.strip() == "A traceback."


@pytest.mark.parametrize("request_", [Request(), Request(text="   ")])
async def test_nothing_is_nothing_to_explain(tmp_path: Path, request_: Request) -> None:
    script = Script("x")
    async with desk_for(script, tmp_path) as desk:
        with pytest.raises(UserError, match="empty"):
            await explain.explain(desk, request_)
    assert script.asked == []


async def test_an_empty_document_has_nothing_to_explain(tmp_path: Path) -> None:
    async with desk_for(Script("x"), tmp_path) as desk:
        with pytest.raises(UserError, match="nothing to explain"):
            await explain.explain(desk, Request(source=document(tmp_path, "\n\n"), selected=CARET))


async def test_an_answer_that_was_cut_is_an_error(tmp_path: Path) -> None:
    async with desk_for(Script("half of", stop="length"), tmp_path) as desk:
        with pytest.raises(BrokenReply, match="cut"):
            await explain.explain(desk, Request(text="x"))


async def test_the_small_models_explanation_is_called_a_toy_and_may_be_cut(tmp_path: Path) -> None:
    script = Script("It adds", stop="length")
    script.capabilities = Capabilities(inline=True, chat=False, local=True, explains=True)
    async with desk_for(script, tmp_path) as desk:
        found = await explain.explain(desk, Request(source=document(tmp_path, TEXT), selected=CARET))
    assert found.markdown.startswith(TOY)
    assert len(script.asked[0].stable) < 100, "its whole context is small"
