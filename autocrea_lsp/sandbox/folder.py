"""The private directory of a job: made, filled, and gone afterwards, whatever the job did to it."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

_PREFIX = "autocrea-sandbox-"


def make(files: Mapping[str, bytes]) -> Path:
    """A new directory (0700) that holds `files`. Their names were checked by Job; nothing else can be in it yet."""
    folder = Path(tempfile.mkdtemp(prefix=_PREFIX)).resolve()
    try:
        for name, content in files.items():
            path = folder / name
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with path.open("xb") as file:  # "x": two names that are one on this file system are an error
                file.write(content)
    except BaseException:
        remove(folder)
        raise
    return folder


def remove(folder: Path) -> None:
    """Delete it and all below; follows no link, and opens directories that the job had closed."""
    shutil.rmtree(folder, onerror=_open_and_retry)


def _open_and_retry(function: Callable[..., Any], name: str, error: Any) -> None:
    """rmtree asks about each thing it could not delete: its directory, or itself when it is one, may be closed."""
    path = Path(name)
    if path.is_symlink() and function in (os.open, os.scandir):
        raise error[1]
    if path.is_dir() and not path.is_symlink():
        path.chmod(0o700)
        shutil.rmtree(path)
        return
    path.parent.chmod(0o700)
    path.unlink()
