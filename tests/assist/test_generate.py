"""Code by description: where it goes, in which forms it is read, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from autocrea_lsp.assist import generate
from autocrea_lsp.assist.generate import Generated, Request
from autocrea_lsp.errors import AutocreaError, UnusableAnswer, UserError
from tests.assist.desks import Script, desk_for, document

CODE = "export function Login() {\n  return <form />;\n}"
WHY = "<explanation>Un formulario <b>simple</b>.</explanation>"
ANSWER = f"<path>src/components/Login.tsx</path>\n<code>\n{CODE}\n</code>\n{WHY}"


async def made(script: Script, folder: Path, request: Request, pieces: list[str] | None = None) -> Generated:
    async with desk_for(script, folder) as desk:
        return await generate.generate(desk, request, None if pieces is None else pieces.append)


async def test_a_new_file_goes_where_the_model_says(tmp_path: Path) -> None:
    pieces: list[str] = []
    script = Script(ANSWER)
    wish = Request(prompt="Crear componente de login", language="typescriptreact", framework="React")
    found = await made(script, tmp_path, wish, pieces)
    assert found.code == CODE + "\n"
    assert found.changed.source.name == "src/components/Login.tsx"
    assert found.changed.source.language == "typescriptreact"
    assert found.changed.is_new
    assert "".join(pieces).strip() == CODE
    assert "<b>" not in found.explanation
    assert "Framework: React" in script.asked[0].messages[0].text
    assert list(tmp_path.iterdir()) == []


async def test_the_users_path_comes_before_the_models(tmp_path: Path) -> None:
    found = await made(Script(ANSWER), tmp_path, Request(prompt="x", path="app/Other.tsx"))
    assert found.changed.source.name == "app/Other.tsx"


async def test_code_at_the_caret_stands_before_its_line(tmp_path: Path) -> None:
    source = document(tmp_path, "a = 1\nb = 2\n")
    found = await made(Script("<code>\nc = 3\n</code>"), tmp_path, Request(prompt="c", source=source, line=1))
    assert "".join(found.changed.lines) == "a = 1\nc = 3\nb = 2\n"
    assert not found.changed.is_new


@pytest.mark.parametrize(
    "text",
    [
        f"<code>{CODE}</code>",
        f"<code>\n```tsx\n{CODE}\n```\n</code>",
        f"Here you are:\n\n```tsx\n{CODE}\n```\n\nEnjoy.",
        f"```\n{CODE}\n```",
    ],
)
async def test_forgotten_tags_and_fences_are_no_code(tmp_path: Path, text: str) -> None:
    found = await made(Script(text), tmp_path, Request(prompt="x", path="Login.tsx"))
    assert found.code == CODE + "\n"


@pytest.mark.parametrize(
    ("text", "path"),
    [
        (ANSWER.replace("src/components/Login.tsx", "../Login.tsx"), ""),
        (ANSWER.replace("src/components/Login.tsx", ".vscode/tasks.json"), ""),
        (ANSWER.replace("src/components/Login.tsx", "/etc/passwd"), ""),
        (ANSWER.replace("src/components/Login.tsx", "there.tsx"), ""),
        ("I would rather not.", "a.tsx"),
        ("<code>\n\n</code>", "a.tsx"),
        (f"<code>{CODE}</code>", ""),  # no path at all
        ("<code>\u202eevil</code>", "a.tsx"),
        ("<code>key = '⟦secret:aws:1⟧'</code>", "a.tsx"),
    ],
)
async def test_what_cannot_be_used_is_refused(tmp_path: Path, text: str, path: str) -> None:
    (tmp_path / "there.tsx").write_text("old\n")
    with pytest.raises(UnusableAnswer):
        await made(Script(text), tmp_path, Request(prompt="x", path=path))
    assert (tmp_path / "there.tsx").read_text() == "old\n"
    assert [entry.name for entry in tmp_path.iterdir()] == ["there.tsx"]


@pytest.mark.parametrize(
    "wish",
    [
        Request(prompt=""),
        Request(prompt="x" * 100_001),
        Request(prompt="x", language="l" * 300),
        Request(prompt="x", framework="a\nb"),
        Request(prompt="x", path=".git/hooks/pre-commit"),
    ],
)
async def test_bad_requests_are_refused_before_anything_is_sent(tmp_path: Path, wish: Request) -> None:
    script = Script(ANSWER)
    with pytest.raises((UserError, UnusableAnswer)) as caught:
        await made(script, tmp_path, wish)
    assert isinstance(caught.value, AutocreaError)
    assert script.asked == []
