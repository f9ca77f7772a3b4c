"""The rules of the house that a machine can hold: layers, sizes, names, a lean start, locks that name no registry."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "autocrea_lsp"
MAX_LINES = 300
HEAVY = (
    "anthropic",
    "httpx2",
    "httpx",
    "peewee",
    "keyring",
    "typer",
    "rich",
    "xllamacpp",
    "numpy",
    "autocrea_lsp.deploy",
    "autocrea_lsp.lsp.deploying.problems",
)

# Written in pieces: this file is among those searched.
REGISTRIES = (
    "py pi.org",
    "python hosted.org",
    "npm js.org",
    "npm js.com",
    "yarn pkg.com",
    "deb.de bian.org",
    "crates .io",
)
MACHINE = ("/wo rk/", "/ro ot/", "/opt/wh eels", "/opt/py pi")


def tracked() -> list[Path]:
    """Every file that is committed or would be: tracked, and new ones that are not ignored."""
    # The home that git would find its own exceptions in is not the user's here.
    command = ["git", "-c", "safe.directory=*", "ls-files", "--cached", "--others", "--exclude-standard", "-z"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        pytest.skip("not a git work tree")
    return [path for name in done.stdout.split("\0") if name and (path := ROOT / name).is_file()]


def text_of(path: Path) -> str:
    """Its text, "" for a picture and the like."""
    raw = path.read_bytes()
    return "" if b"\0" in raw else raw.decode("utf-8", "replace")


def modules(root: Path) -> list[Path]:
    return [path for path in sorted(root.rglob("*.py")) if not {"node_modules", ".venv"} & set(path.parts)]


def test_imports_keep_the_layers() -> None:
    lint = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([lint, "--no-logo", "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert re.search(r"Contracts: [1-9]\d* kept, 0 broken", done.stdout)


@pytest.mark.parametrize("path", [*modules(PACKAGE), *modules(ROOT / "editors")], ids=lambda path: path.name)
def test_a_file_fits_into_one_head(path: Path) -> None:
    lines = len(path.read_text("utf-8").splitlines())
    assert lines <= MAX_LINES, f"{path.relative_to(ROOT)} has {lines} lines: it wants splitting"


def test_no_module_is_a_drawer_for_everything() -> None:
    drawers = {"util", "utils", "helper", "helpers"}
    found = [path for root in (PACKAGE, ROOT / "tests") for path in modules(root) if path.stem in drawers]
    found += [path for path in PACKAGE.rglob("*") if path.is_dir() and path.name in drawers]
    assert found == []


def test_every_module_says_what_it_is_for() -> None:
    silent = [
        path.relative_to(ROOT)
        for path in modules(PACKAGE)
        if (text := path.read_text("utf-8")) and not text.lstrip().startswith(('"""', 'r"""'))
    ]
    assert silent == []


@pytest.mark.parametrize("words", [REGISTRIES, MACHINE], ids=["registries", "machine"])
def test_no_file_names_a_registry_or_this_machine(words: tuple[str, ...]) -> None:
    pattern = re.compile("|".join(re.escape(word.replace(" ", "")) for word in words))
    found = [
        f"{path.relative_to(ROOT)}:{number}: {match.group()}"
        for path in tracked()
        for number, line in enumerate(text_of(path).splitlines(), 1)
        if (match := pattern.search(line))
    ]
    assert found == []


def test_that_search_finds_what_it_is_for(tmp_path: Path) -> None:
    (tmp_path / "lock").write_text(f"resolved https://registry.{REGISTRIES[2].replace(' ', '')}/x", "utf-8")
    assert REGISTRIES[2].replace(" ", "") in text_of(tmp_path / "lock")
    assert {"README.md", "pyproject.toml", "Makefile", "test_architecture.py"} <= {path.name for path in tracked()}


def test_nothing_is_left_for_later_in_the_product() -> None:
    marks = re.compile("|".join(["TO" + "DO", "FIX" + "ME", "XX" + "X\\b", "raise NotImplemented" + "Error"]))
    found = [path.relative_to(ROOT) for path in modules(PACKAGE) if marks.search(path.read_text("utf-8"))]
    assert found == []


def test_the_server_starts_without_what_it_may_never_need() -> None:
    """Start-up time is import time: models, SQL, keyrings and the command line come when they are asked for."""
    code = "import sys, autocrea_lsp.lsp.serve; print(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    loaded = set(done.stdout.split())
    assert "pygls" in loaded
    assert loaded.isdisjoint(HEAVY), sorted(loaded.intersection(HEAVY))


def test_a_child_on_a_leash_does_not_load_the_sandbox() -> None:
    """Every server has one, the model's worker; few run anything in the sandbox, which is found all the same."""
    code = (
        "import sys, autocrea_lsp.ai.embedded.process\n"
        "from autocrea_lsp import sandbox as box\n"
        "from autocrea_lsp.sandbox import leash\n"
        "print(leash.__name__, 'autocrea_lsp.sandbox.running' in sys.modules, box.run.__name__, box.Level is not None)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout.split() == ["autocrea_lsp.sandbox.leash", "False", "run", "True"], done.stderr


@pytest.mark.parametrize(
    "target", ["demo", "test", "yardsticks", "lint", "e2e-vscode", "bench", "gen", "lock", "vsix", "clean"]
)
def test_the_readme_names_each_make_target_and_make_has_it(target: str) -> None:
    assert re.search(rf"make {target}\b", (ROOT / "README.md").read_text("utf-8"))
    assert re.search(rf"^{target}:.* ## ", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)


def test_the_readme_says_why_each_direct_dependency_is_there() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    groups = [
        project["project"]["dependencies"],
        *project["project"]["optional-dependencies"].values(),
        *project["dependency-groups"].values(),
        project["build-system"]["requires"],
    ]
    names = {re.split(r"[<>=!~\[; ]", each)[0] for group in groups for each in group if isinstance(each, str)}
    section = (ROOT / "README.md").read_text("utf-8").partition("\n## Dependencies\n")[2].partition("\n## ")[0]
    assert {name for name in names if f"`{name}`" not in section} == set()


@pytest.mark.parametrize("lock", ["requirements.txt", "requirements-dev.txt"])
def test_each_locked_package_has_its_hashes(lock: str) -> None:
    text = (ROOT / lock).read_text("utf-8")
    packages = re.split(r"\n(?=\S)", text.strip())
    assert len(packages) > 40
    assert [package for package in packages if "==" not in package or "--hash=sha256:" not in package] == []


def test_both_locks_agree_and_hold_what_the_project_asks_for() -> None:
    run, dev = (pins(ROOT / name) for name in ("requirements.txt", "requirements-dev.txt"))
    assert run.items() <= dev.items()
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
    for asked in [*project["project"]["dependencies"], *project["build-system"]["requires"]]:
        assert re.split(r"[<>=!~\[; ]", asked)[0] in run, "run make lock"
    for asked in project["dependency-groups"]["dev"]:
        assert isinstance(asked, dict) or re.split(r"[<>=!~\[; ]", asked)[0] in dev, "run make lock"


def pins(lock: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", lock.read_text("utf-8"), re.MULTILINE))
