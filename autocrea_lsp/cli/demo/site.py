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
<p>This is <b>@VERSION@</b>.</p>
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
    built: bool  # by the script; else the page is there already

    def changed(self) -> Site:
        """The same site with another word."""
        return write(self.folder, built=self.built)

    def options(self) -> dict[str, str]:
        """How it is deployed: the fields of `DeployParams`."""
        return {"buildCommand": BUILD, "outputDirectory": OUTPUT} if self.built else {}


def write(folder: Path, *, built: bool) -> Site:
    """The site, with a word that nobody can know beforehand: what is shown was really deployed."""
    folder.mkdir(exist_ok=True)
    version = f"v-{secrets.token_hex(4)}"
    if not built:
        (folder / "index.html").write_text(_PAGE.replace("@VERSION@", version), encoding="utf-8")
        return Site(folder=folder, version=version, built=False)
    (folder / "page.html").write_text(_PAGE, encoding="utf-8")
    (folder / "build.sh").write_text(_SCRIPT, encoding="utf-8")
    (folder / "version.txt").write_text(version, encoding="utf-8")
    return Site(folder=folder, version=version, built=True)
