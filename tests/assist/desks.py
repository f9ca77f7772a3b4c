"""A desk for tests: a scripted backend, a workspace on disk, and everything else as in the product."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path

from autocrea_lsp.access.limits import Limiter
from autocrea_lsp.ai.base import Capabilities, ChatPrompt, Delta, Done, FillPrompt, Kind, Prompt, Started, StopReason
from autocrea_lsp.assist.desk import Desk
from autocrea_lsp.assist.source import Source
from autocrea_lsp.assist.workspace import Workspace
from autocrea_lsp.settings import Settings
from autocrea_lsp.store import Store
from autocrea_lsp.syntax import Trees
from autocrea_lsp.text import split_lines
from autocrea_lsp.workspace.exclude import Exclusions
from autocrea_lsp.workspace.places import Places


class Script:
    """A backend that says its answers one after the other, and remembers what it was asked."""

    name = "script"
    capabilities = Capabilities(inline=True, chat=True, local=False)

    def __init__(self, *answers: str, stop: StopReason = "end") -> None:
        self.answers = list(answers)
        self.asked: list[ChatPrompt] = []
        self.stop = stop

    def model_for(self, kind: Kind) -> str:
        return "claude-sonnet-5-5"

    async def stream(self, prompt: Prompt) -> AsyncGenerator[Started | Delta | Done, None]:
        assert isinstance(prompt, ChatPrompt)
        self.asked.append(prompt)
        text = self.answers.pop(0)
        for start in range(0, len(text), 7):
            yield Delta(text=text[start : start + 7])
        yield Done(model="claude-sonnet-5-5", stop=self.stop, input_tokens=100, output_tokens=10)

    async def count_tokens(self, prompt: ChatPrompt) -> int | None:
        return 100

    async def prewarm(self, prompt: FillPrompt | None) -> None:
        return None

    async def aclose(self) -> None:
        return None


@asynccontextmanager
async def desk_for(
    backend: Script | None, folder: Path, *, trusted: bool = True, settings: Settings | None = None
) -> AsyncGenerator[Desk, None]:
    chosen = settings or Settings()
    store = Store(folder.parent / f"{folder.name}-state" / "usage.db", user="u", retention_days=0)
    workspace = Workspace(
        folders=(folder,),
        trusted=trusted,
        locale="es",
        exclusions=Exclusions((folder,), gitignore=chosen.privacy.gitignore),
        places=Places((folder,)),
    )

    async def who() -> Script | None:
        return backend

    trees = Trees()
    try:
        yield Desk(
            backend=who,
            limiter=Limiter(store, lambda: chosen.limits, lambda: chosen.budget),
            settings=lambda: chosen,
            workspace=lambda: workspace,
            trees=trees,
            secrets=list,
        )
    finally:
        await trees.aclose()
        store.close(5.0)


def document(folder: Path, text: str, name: str = "a.py", language: str = "python") -> Source:
    return Source(uri=(folder / name).as_uri(), version=1, language=language, lines=tuple(split_lines(text)), name=name)
