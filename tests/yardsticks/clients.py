"""Command lines over an emulated host: the host's own, pinned beside these tests, and ours."""

from __future__ import annotations

import asyncio
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path
from typing import Any

from tests.bench.servers import BIN, environment

HERE = Path(__file__).resolve().parent
NODE = BIN / "node"
TIMEOUT_S = 90  # a hang guard
_PACKAGES = HERE / "node_modules"
_APART = HERE / ".venv"  # of the clients in Python: their pins are not ours
_ANSI = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a command wrote. `text`: both streams, without colours."""

    out: str
    text: str

    @property
    def value(self) -> Any:
        """Standard output as JSON."""
        return json.loads(self.out)


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandLine:
    """`words` before and `ending` after the arguments of each run, in that folder, with a home of its own."""

    words: tuple[str, ...]
    folder: Path
    home: Path
    ending: tuple[str, ...] = ()
    variables: Mapping[str, str] = field(default_factory=dict)

    async def __call__(self, *arguments: str) -> Said:
        """Run it; fails unless its exit code is 0."""
        process = await asyncio.create_subprocess_exec(
            *(*self.words, *arguments, *self.ending),
            cwd=self.folder,
            env=environment(self.home) | {"PATH": f"{BIN}{os.pathsep}{os.environ['PATH']}", **self.variables},
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(TIMEOUT_S):
                out, err = await process.communicate()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        text = _ANSI.sub("", (out + err).decode("utf-8", "replace"))
        assert process.returncode == 0, f"{arguments} ended with {process.returncode}: {text}"
        return Said(out=_ANSI.sub("", out.decode()).strip(), text=text)


_QUIET = {"CI": "1", "NO_UPDATE_NOTIFIER": "1", "NO_COLOR": "1", "NODE_NO_WARNINGS": "1"}


def ours(folder: Path, home: Path, *, url: str, variables: Mapping[str, str]) -> CommandLine:
    """Our `deploy`. `variables`: the token, under the name that the host's own clients read."""
    told = {"AUTOCREA_DEPLOY_API": url, "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring", **variables}
    return CommandLine(words=(str(BIN / "autocrea-lsp"), "deploy"), folder=folder, home=home, variables=told)


def vercel(folder: Path, home: Path, *, url: str, token: str) -> CommandLine:
    return CommandLine(
        words=(str(NODE), str(script("vercel", "dist/vc.js"))),
        ending=("--api", url, "--token", token),
        folder=folder,
        home=home,
        variables=_QUIET | {"VERCEL_TELEMETRY_DISABLED": "1"},
    )


def netlify(folder: Path, home: Path, *, url: str, token: str) -> CommandLine:
    return CommandLine(
        words=(str(NODE), str(script("netlify-cli", "bin/run.js"))),
        folder=folder,
        home=home,
        variables=_QUIET | {"NETLIFY_API_URL": url, "NETLIFY_AUTH_TOKEN": token},
    )


def node(name: str, folder: Path, home: Path, *, variables: Mapping[str, str]) -> CommandLine:
    """A script of this folder's."""
    return CommandLine(words=(str(NODE), str(HERE / name)), folder=folder, home=home, variables=_QUIET | variables)


def railway(folder: Path, home: Path, *, url: str, token: str) -> CommandLine:
    """A method's name and its arguments as JSON are what it is run with; see `railway_call`."""
    return CommandLine(
        words=(str(_APART / "bin/python"), str(HERE / "railway_call.py")),
        folder=folder,
        home=home,
        variables={"ENDPOINT": f"{url}/graphql/v2", "TOKEN": token},
    )


def script(package: str, path: str) -> Path:
    return _PACKAGES / package / path


def why_not_python(name: str) -> str:
    """Why a Python package cannot be run here; "": it can."""
    return "" if _python_packages().get(name) else f"no {name}: run `.ci/setup.sh dev yardsticks`"


def why_not(package: str) -> str:
    """Why an npm package cannot be run here; "": it can."""
    if NODE.exists() and (_PACKAGES / package / "package.json").is_file():
        return ""
    return f"no {package}: run `.ci/setup.sh dev yardsticks`"


def versions() -> Mapping[str, str]:
    """Of the clients that are installed, by name."""
    found = _python_packages()
    for package in json.loads((HERE / "package.json").read_text(encoding="utf-8"))["dependencies"]:
        if not why_not(package):
            told = json.loads((_PACKAGES / package / "package.json").read_text(encoding="utf-8"))
            found[package] = str(told["version"])
    return found


def _python_packages() -> dict[str, str]:
    paths = [str(path) for path in _APART.glob("lib/python*/site-packages")]
    return {each.metadata["Name"]: each.version for each in metadata.distributions(path=paths)} if paths else {}
