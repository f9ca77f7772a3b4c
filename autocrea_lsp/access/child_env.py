"""The environment our child processes start with: ours, without our secrets and without our own Python's traces."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

from autocrea_lsp.access.environment import SECRET_VARIABLES

_OWN_PREFIX = "AUTOCREA_"  # ours to read; a child that needs one is given it in `extra`
_OWN_BUT_PUBLIC = "AUTOCREA_HOME"  # a directory; a child that is us again must look in the same place
_VENV_VARIABLES = ("VIRTUAL_ENV", "VIRTUAL_ENV_PROMPT")


def child_environment(extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """A new environment for a process that we start. `extra` is added last and may set any name.

    Left out: provider keys; what is ours, but AUTOCREA_HOME; and where it names our own virtual environment,
    VIRTUAL_ENV and that part of PYTHONPATH. The user's own variables stay.
    """
    ours = Path(sys.prefix).resolve()
    kept = {
        name: value
        for name, value in os.environ.items()
        if name == _OWN_BUT_PUBLIC
        or (name.upper() not in SECRET_VARIABLES and not name.upper().startswith(_OWN_PREFIX))
    }
    if (venv := kept.get("VIRTUAL_ENV")) and _inside(venv, ours):
        for name in _VENV_VARIABLES:
            kept.pop(name, None)
    if "PYTHONPATH" in kept:
        paths = [part for part in kept["PYTHONPATH"].split(os.pathsep) if part and not _inside(part, ours)]
        if paths:
            kept["PYTHONPATH"] = os.pathsep.join(paths)
        else:
            del kept["PYTHONPATH"]
    return kept | dict(extra or {})


def _inside(path: str, directory: Path) -> bool:
    return Path(path).resolve().is_relative_to(directory)
