"""The workspace as the client has it now: folders on this machine, trust, and what may be read and written there."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from autocrea_lsp.workspace.exclude import Exclusions
from autocrea_lsp.workspace.places import Places


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """`trusted`: the user said that what stands there may be obeyed and run. `locale` is of the user's interface."""

    folders: Sequence[Path] = ()
    trusted: bool = False
    locale: str = ""
    exclusions: Exclusions = field(default_factory=lambda: Exclusions((), gitignore="context"))
    places: Places = field(default_factory=lambda: Places(()))
