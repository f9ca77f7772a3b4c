"""Ignore files are read as git reads them, and no line in them takes long."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import time
from pathlib import Path

import pytest

from autocrea_lsp.workspace.exclude import Exclusions
from autocrea_lsp.workspace.ignore_rules import MAX_RULES, Rules, Unreadable, parse

MATCHES = [
    ("*.log", "a.log", True),
    ("*.log", "deep/er/a.log", True),
    ("/a.log", "deep/a.log", False),
    ("deep/a.log", "x/deep/a.log", False),
    ("deep/**/a.log", "deep/x/y/a.log", True),
    ("deep/**/a.log", "deep/a.log", True),
    ("**/x/a", "p/q/x/a", True),
    ("x/**", "x/y/z", True),
    ("a?c", "abc", True),
    ("a?c", "a/c", False),
    ("a[0-9]c", "a5c", True),
    ("a[!0-9]c", "a5c", False),
    ("a[!0-9]c", "axc", True),
    ("a[!x]c", "aXc", True),  # without regard to case it would not
    ("a[]x]c", "a]c", True),
    ("a[x-]c", "a-c", True),
    (r"a[\]]c", "a]c", True),
    ("[[:upper:]]x", "Ax", True),
    (r"\!important", "!important", True),
    (r"\#note", "#note", True),
    ("# note", "# note", False),
    ("name  ", "name", True),
    (r"name\ ", "name ", True),
    ("build/", "build", False),
    ("Secret.KEY", "secret.key", True),
    ("secret.key", "Secret.KEY", True),
    ("caf\u00e9.py", "caf\u00e9.py", True),
    ("cafe\u0301.py", "caf\u00e9.py", True),
    ("*.log\r", "a.log", True),
    ("[", "[", False),
    ("a\\", "a", False),
    ("[z-a]", "b", False),
    ("", "a", False),
    ("/", "a", False),
]


def _verdict(text: str, path: str, *, folder: bool = False) -> bool | None:
    return Rules(lines=tuple(parse(text))).verdict(path, folder)


def test_letter_case_counts_where_it_is_asked_for() -> None:
    rules = Rules(lines=tuple(parse("Logs\n[!a]b", any_case=False)))
    assert [rules.verdict(path, False) for path in ("Logs", "logs", "cb", "cB")] == [True, None, True, None]


@pytest.mark.parametrize(("pattern", "path", "matches"), MATCHES)
def test_patterns(pattern: str, path: str, matches: bool) -> None:
    assert bool(_verdict(pattern, path)) is matches


def test_the_last_line_that_matches_decides() -> None:
    assert _verdict("*.py\n!keep.py\n", "keep.py") is False
    assert _verdict("!keep.py\n*.py\n", "keep.py") is True
    assert _verdict("*.py\n", "a.js") is None


def test_taking_back_needs_the_very_name() -> None:
    assert _verdict("*.py\n!keep.py\n", "KEEP.py") is True


def test_a_slash_at_the_end_means_folders() -> None:
    assert _verdict("build/", "build", folder=True) is True
    assert _verdict("build/", "build") is None


@pytest.mark.skipif(shutil.which("git") is None, reason="git is what we compare with")
def test_the_same_files_are_ignored_as_by_git(tmp_path: Path) -> None:
    """Some hundred ignore files made up from a seed, over a tree of few and short names."""
    dice = random.Random(20261124)
    names = ["a", "b", "ab", "ba", "abc", "a.b", "b.c"]
    for _ in range(160):
        path = tmp_path.joinpath(*dice.choices(names, k=dice.randint(1, 4)))
        if not any(parent.is_file() for parent in (path, *path.parents)) and not path.exists():
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text("")
    subprocess.run(["git", "init", "-q"], cwd=tmp_path, check=True, env=_git_env())
    files = sorted(
        path.relative_to(tmp_path).as_posix()
        for path in tmp_path.rglob("*")
        if path.is_file() and ".git" not in path.parts
    )
    folders = sorted({(tmp_path / each).parent for each in files})
    assert len(files) > 30
    ignored = 0
    for _ in range(60):
        written = [tmp_path / ".gitignore", *(dice.choice(folders) / ".gitignore" for _ in range(dice.randint(0, 2)))]
        for each in written:
            each.write_text("\n".join(_line(dice) for _ in range(dice.randint(1, 5))) + "\n")
        by_git = _ignored_by_git(tmp_path, files)
        exclusions = Exclusions([tmp_path], gitignore="all")
        by_us = {each for each in files if exclusions.why_excluded((tmp_path / each).as_uri())}
        assert by_us == by_git, {each.relative_to(tmp_path).as_posix(): each.read_text() for each in written}
        ignored += len(by_git)
        for each in set(written):
            each.unlink()
    assert ignored > 500


def _line(dice: random.Random) -> str:
    # `**` only as a whole name: beside a literal beginning git takes it for one, against its own manual.
    names = [
        "a",
        "b",
        "ab",
        "*",
        "**",
        "***",
        "?",
        "a*",
        "*b",
        "?b*",
        "[ab]",
        "[!a]b",
        "*.b",
        "a?*",
        "b*a",
        "*[b-c]",
        "?*?",
    ]
    line = "/".join(dice.choices(names, k=dice.choice([1, 1, 1, 2, 2, 3, 4])))
    return dice.choice(["", "", "", "!"]) + dice.choice(["", "", "/"]) + line + dice.choice(["", "", "/"])


def _ignored_by_git(tree: Path, files: list[str]) -> set[str]:
    done = subprocess.run(
        ["git", "check-ignore", "--no-index", "--stdin", "-z"],
        cwd=tree,
        input="\0".join(files).encode(),
        capture_output=True,
        env=_git_env(),
        check=False,  # 1: nothing is ignored
    )
    assert done.returncode in (0, 1), done.stderr
    return {each for each in done.stdout.decode().split("\0") if each}


def _git_env() -> dict[str, str]:
    return {**os.environ, "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull}


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("*a" * 60 + "b", "a" * 250),
        ("**/a/" * 60 + "b", "a/" * 600 + "c"),
        ("?*" * 60 + "b", "a" * 250),
        ("/".join(["*a*a*"] * 20) + "b", "/".join(["a" * 200] * 20)),
    ],
)
def test_no_pattern_is_slow(pattern: str, path: str) -> None:
    """A hang guard: tried in every combination, each of these takes longer than the universe has had."""
    rules = Rules(lines=tuple(parse(pattern)))
    start = time.perf_counter()
    assert rules.verdict(path, folder=False) is None
    assert time.perf_counter() - start < 2


def test_a_file_of_endless_lines_is_not_read_to_the_end() -> None:
    with pytest.raises(Unreadable, match="lines"):
        list(parse("a\n" * (MAX_RULES + 1)))
