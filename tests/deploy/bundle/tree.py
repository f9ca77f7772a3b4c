"""A folder made of a table, and what a bundle of it holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from autocrea_lsp.deploy.bundle import Bundle, HostRules, collect

HOST = HostRules(title="Host", ignore_files=(".hostignore", ".oldignore"), symlinks="link")


def plant(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """The files below the folder; a text that begins with "-> " is a link to the rest."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if isinstance(text, str) and text.startswith("-> "):
            path.symlink_to(text[3:])
        else:
            path.write_bytes(text.encode() if isinstance(text, str) else text)
    return root


async def names(
    root: Path, rules: HostRules = HOST, *, include: Sequence[str] = (), gitignore: bool = True
) -> list[str]:
    return [file.name for file in (await collect(root, rules, include=include, gitignore=gitignore)).files]


def reasons(bundle: Bundle) -> dict[str, str]:
    return {each.name: each.reason for each in bundle.skipped}
