"""Projects whose builds fail, by language, and the hosts that they fail at.

What a preview says comes of a build that is really run; what another host's emulator says is `log`, with the paths of
the host's own machine. Run as a module it prints both tables as JSON, for VS Code's tests.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.e2e.vercel_process import ROOT, VercelProcess

WORKING = "node tools/publish.mjs"
PUBLISH = "mkdirSync('dist', { recursive: true });\nwriteFileSync('dist/index.html', '<h1>built</h1>');\n"


def tool(says: str, read: str, wrong: str, code: int) -> str:
    """A compiler of one mistake: what it says while `wrong` stands in the file `read`, and how it ends then."""
    return (
        "import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';\n"
        f"if (readFileSync({json.dumps(read)}, 'utf8').includes({json.dumps(wrong)})) {{\n"
        f"  process.stderr.write({json.dumps(says)} + '\\n');\n  process.exit({code});\n}}\n{PUBLISH}"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Failing:
    """A project. In `path` the text `wrong`, on `line` (from 0) at `column`, is what fails; `right` builds."""

    files: Mapping[str, str]
    command: str
    path: str
    wrong: str
    right: str
    line: int
    column: int
    message: str
    log: Sequence[str]  # with {root}, where the host builds

    @property
    def project(self) -> dict[str, str]:
        """All files."""
        return {"package.json": package(self.command), "index.html": "<h1>shop</h1>\n", **self.files}

    def plant(self, folder: Path) -> Path:
        """The project in that folder; the file that is wrong."""
        for name, text in self.project.items():
            (folder / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).write_text(text, encoding="utf-8")
        return folder / self.path

    def mend(self, folder: Path) -> None:
        """By somebody else than the editor."""
        path = folder / self.path
        text = path.read_text(encoding="utf-8")
        assert self.wrong in text
        path.write_text(text.replace(self.wrong, self.right), encoding="utf-8")


def package(command: str) -> str:
    return json.dumps({"scripts": {"build": command}})


TSC = "src/app.ts(3,7): error TS2322: Type 'string' is not assignable to type 'number'."
GO = "./main.go:6:2: undefined: prnt"

LANGUAGES: Mapping[str, Failing] = {
    "typescript": Failing(
        files={
            "src/app.ts": "export const one = 1;\n\nconst two: number = 'x';\nexport { two };\n",
            "tools/tsc.mjs": tool(f"{TSC}\n\nFound 1 error.", "src/app.ts", "'x'", 2),
        },
        command="node tools/tsc.mjs",
        path="src/app.ts",
        wrong="'x'",
        right="2",
        line=2,
        column=6,
        message="tsc: Type 'string' is not assignable to type 'number'.",
        log=("> tsc && vite build", TSC, 'Error: Command "npm run build" exited with 2'),
    ),
    "python": Failing(
        files={
            "site/pages.py": 'TITLES = {"home": "Shop"}\n\n\ndef render(name):\n    return TITLES[name].upper()\n',
            "build.py": "import pathlib\nimport sys\n\nsys.path.insert(0, 'site')\nfrom pages import render\n\n"
            "out = pathlib.Path('dist')\nout.mkdir(exist_ok=True)\n(out / 'index.html').write_text(render('about'))\n",
        },
        command="python3 build.py",
        path="site/pages.py",
        wrong="TITLES[name]",
        right='TITLES.get(name, "")',
        line=4,
        column=4,  # of the whole line: a traceback names no column
        message="python: KeyError: 'about'",
        log=(
            "Traceback (most recent call last):",
            '  File "{root}/build.py", line 9, in <module>',
            "    (out / 'index.html').write_text(render('about'))",
            "                                    ^^^^^^^^^^^^^^^",
            '  File "{root}/site/pages.py", line 5, in render',
            "    return TITLES[name].upper()",
            "           ~~~~~~^^^^^^",
            "KeyError: 'about'",
        ),
    ),
    "go": Failing(
        files={
            "main.go": 'package main\n\nimport "fmt"\n\nfunc main() {\n\tprnt("é")\n\tfmt.Println()\n}\n',
            "go.mod": "module example.com/shop\n\ngo 1.23\n",
            "tools/go.mjs": tool(f"# example.com/shop\n{GO}", "main.go", "prnt", 1),
        },
        command="node tools/go.mjs",
        path="main.go",
        wrong="prnt",
        right="fmt.Print",
        line=5,
        column=1,
        message="go: undefined: prnt",
        log=("# example.com/shop", GO, 'Error: Command "go build" exited with 1'),
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Host:
    """Where it fails. `fails`: the emulator's plan of a build with that log; None: it is built on this machine."""

    title: str
    module: str = ""
    base: str = ""  # of its API, behind the emulator's address
    token: str = ""  # the variable that holds it
    root: str = ""
    fails: Callable[[Sequence[str]], dict[str, Any]] | None = None
    works: Mapping[str, Any] = field(default_factory=dict)

    def plan(self, failing: Failing) -> dict[str, Any] | None:
        """Of a build that fails so."""
        return None if self.fails is None else self.fails([line.replace("{root}", self.root) for line in failing.log])

    def start(self) -> VercelProcess | None:
        """Its emulator, which is commanded as Vercel's is."""
        if not self.module:
            return None
        process = subprocess.Popen(
            [sys.executable, "-m", self.module, "--speed", "4"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        assert process.stdout is not None
        told = json.loads(process.stdout.readline())
        return VercelProcess(process=process, url=told["url"], token=told["token"])


def _vercel_fails(log: Sequence[str]) -> dict[str, Any]:
    error = ["BUILD_FAILED", 'Command "npm run build" exited with 1']
    return {"states": ["QUEUED", "BUILDING", "ERROR"], "error": error, "log": list(log)}


def _railway_fails(log: Sequence[str]) -> dict[str, Any]:
    return {"states": ["INITIALIZING", "BUILDING", "FAILED"], "build_log": list(log), "deploy_log": []}


HOSTS: Mapping[str, Host] = {
    "preview": Host(title="Preview"),
    "vercel": Host(
        title="Vercel",
        module="tests.emulators.vercel",
        token="VERCEL_TOKEN",
        root="/vercel/path0",
        fails=_vercel_fails,
    ),
    "netlify": Host(title="Netlify", module="tests.emulators.netlify", base="/api/v1", token="NETLIFY_AUTH_TOKEN"),
    "railway": Host(
        title="Railway", module="tests.emulators.railway", token="RAILWAY_API_TOKEN", root="/app", fails=_railway_fails
    ),
}


def tables() -> dict[str, Any]:
    languages = {
        name: {
            "files": each.project,
            "path": each.path,
            "wrong": each.wrong,
            "right": each.right,
            "line": each.line,
            "column": each.column,
            "message": each.message,
        }
        for name, each in LANGUAGES.items()
    }
    hosts = {
        name: {
            "title": host.title,
            "module": host.module,
            "base": host.base,
            "token": host.token,
            "works": dict(host.works),
            "fails": {language: host.plan(failing) for language, failing in LANGUAGES.items()},
        }
        for name, host in HOSTS.items()
    }
    publish = {"files": {"tools/publish.mjs": tool("", "package.json", "\0", 1), "package.json": package(WORKING)}}
    return {"languages": languages, "hosts": hosts, "working": publish}


if __name__ == "__main__":
    sys.stdout.write(json.dumps(tables()))
