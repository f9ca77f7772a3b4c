"""A sample site that is built by a script of two lines, and what a run of the demo writes into it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from pathlib import Path

BUILD = "sh build.sh"
OUTPUT = "public"

_PAGE = """<!doctype html>
<html lang="en">
<title>Sample site</title>
<p>Built as <b>@VERSION@</b>.</p>
</html>
"""
_SCRIPT = """echo "building $(cat version.txt)"
mkdir -p public && sed "s/@VERSION@/$(cat version.txt)/" page.html > public/index.html && echo "wrote public/index.html"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """The folder, and the word that its page must show after the next build."""

    folder: Path
    version: str

    def changed(self) -> Site:
        """The same site with another word."""
        return write(self.folder)


def write(folder: Path) -> Site:
    """The site, with a word that nobody can know beforehand: what is shown was really built."""
    folder.mkdir(exist_ok=True)
    version = f"v-{secrets.token_hex(4)}"
    (folder / "page.html").write_text(_PAGE, encoding="utf-8")
    (folder / "build.sh").write_text(_SCRIPT, encoding="utf-8")
    (folder / "version.txt").write_text(version, encoding="utf-8")
    return Site(folder=folder, version=version)
