"""Variables by name, from a file, and into one: no value in an error, and no secret where git would find it."""

from __future__ import annotations

import contextlib
import os
import stat
import subprocess
import time
from pathlib import Path

import pytest

from autocrea_lsp.access.secret import Secret
from autocrea_lsp.deploy import environment
from autocrea_lsp.errors import UserError

CANARY = "canary-value-7f3a"


def values(found: dict[str, Secret]) -> dict[str, str]:
    return {name: secret.reveal() for name, secret in found.items()}


def test_values_are_found_by_name() -> None:
    assert values(environment.from_names(["A", "B", "A"], {"A": "1", "B": "", "C": "3"})) == {"A": "1", "B": ""}


@pytest.mark.parametrize(
    ("names", "told"), [(["A", "X", "Y"], "X, Y"), ([f"A={CANARY}"], "A"), (["1A"], "1A"), (["a b"], "a b")]
)
def test_missing_and_wrong_names_are_named_and_no_value_is(names: list[str], told: str) -> None:
    with pytest.raises(UserError) as refused:
        environment.from_names(names, {"A": CANARY})
    assert told in str(refused.value)
    assert CANARY not in refused.value.advice


FILES: dict[str, tuple[str, dict[str, str]]] = {
    "plain": ("A=1\nB = two words \n\n# a comment\nexport C=3\n", {"A": "1", "B": "two words", "C": "3"}),
    "comments behind": ("A=1 # one\nB='#2' # two\nC=a#b\nD=#\n", {"A": "1", "B": "#2", "C": "a#b", "D": ""}),
    "double quotes": ('A="a\\nb \\"c\\" \\$d \\\\"\n', {"A": 'a\nb "c" $d \\'}),
    "single quotes": ("A='a\\nb \"c\"'\n", {"A": 'a\\nb "c"'}),
    "several lines": ('A="one\ntwo # no comment\nthree"\nB=1\n', {"A": "one\ntwo # no comment\nthree", "B": "1"}),
    "Windows": ("\ufeffA=1\r\nB='x'\r\n", {"A": "1", "B": "x"}),
    "nothing": ("", {}),
    "no end of line": ("# a\n  A=1\n\n# b", {"A": "1"}),
    "empty values": ("A=\nB=''\nC= # c\nD=\"\"", {"A": "", "B": "", "C": "", "D": ""}),
    "one inside another": (
        "A='say \"hi\"'\nB=`it's`\nC=it's\nD={\"a\":1}\n",
        {
            "A": 'say "hi"',
            "B": "it's",
            "C": "it's",
            "D": '{"a":1}',
        },
    ),
}


@pytest.mark.parametrize(("text", "found"), FILES.values(), ids=FILES)
def test_a_file_of_variables_is_read(tmp_path: Path, text: str, found: dict[str, str]) -> None:
    (tmp_path / "vars").write_text(text, encoding="utf-8", newline="")
    assert values(environment.from_file(tmp_path / "vars")) == found


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (f"A=1\n{CANARY}\n", "Line 2"),
        (f"A=1\n\n1B={CANARY}\n", "Line 3"),
        (f'A="{CANARY}\nB=2\n', "line 1"),
        (f'A="x" {CANARY}\n', "line 1"),
        (f"A='x\ny'\n# c\n{CANARY}", "Line 4"),
        (f"export A {CANARY}=1", "Line 1"),
    ],
)
def test_a_line_that_is_none_is_named_by_its_number_without_its_text(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "vars").write_text(text)
    with pytest.raises(UserError) as refused:
        environment.from_file(tmp_path / "vars")
    assert told in str(refused.value)
    assert CANARY not in refused.value.advice


@pytest.mark.parametrize("data", [b"A=\xff", b"A=" + b"x" * (1 << 20)])
def test_what_is_no_such_file_is_an_error(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "vars").write_bytes(data)
    with pytest.raises(UserError, match="vars"):
        environment.from_file(tmp_path / "vars")


@pytest.mark.parametrize(
    "text", ["A=x" + " " * 900_000 + "y", 'A="' + "x\n" * 450_000, "#\n" * 450_000, "A=\n" * 300_000]
)
def test_no_file_takes_long(tmp_path: Path, text: str) -> None:
    (tmp_path / "vars").write_text(text)
    begun = time.process_time()
    with contextlib.suppress(UserError):
        environment.from_file(tmp_path / "vars")
    assert time.process_time() - begun < 5


def test_a_value_that_is_no_text_is_named_before_a_host_is_asked() -> None:
    with pytest.raises(UserError, match="value of ODD is not a text"):
        environment.from_names(["ODD"], {"ODD": "\udcff"})


AWKWARD = {
    "A": "plain",
    "B": 'quote " and $dollar',
    "C": "two\nlines\r\n",
    "D": "back\\slash",
    "E": "",
    "F": "ñ é 𝒳 #x",
    "G": "it's",
    "H": 'it\'s "both" and $more\n',
    "I": "  spaces  ",
}


def test_what_is_written_reads_back_and_is_the_users_alone(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text(".env*\n")
    path = environment.writable(tmp_path, ".env.local")
    environment.write_env_file(path, {name: Secret(text) for name, text in AWKWARD.items()}, folder=tmp_path)
    assert values(environment.from_file(path)) == AWKWARD
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    path.chmod(0o644)
    environment.write_env_file(path, {"A": Secret("new")}, folder=tmp_path)
    assert values(environment.from_file(path)) == {"A": "new"}
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert sorted(each.name for each in tmp_path.iterdir()) == [".env.local", ".gitignore"]


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("open.txt", "does not ignore"),
        ("../.env", "not below"),
        ("/tmp/.env", "not below"),
        (".env.link", "is a link"),
        ("linked/.env", "is a link"),
        (".env.d", "no file"),
    ],
)
def test_a_place_that_git_would_find_or_that_lies_elsewhere_is_refused(tmp_path: Path, name: str, told: str) -> None:
    project = tmp_path / "project"
    (project / ".env.d").mkdir(parents=True)
    (tmp_path / "other").mkdir()
    (project / "linked").symlink_to(tmp_path / "other")
    (project / ".env.link").symlink_to(tmp_path / "other" / "x")
    (project / ".gitignore").write_text(".env*\nlinked\n")
    with pytest.raises(UserError, match=told):
        environment.write_env_file(project / name, {"A": Secret(CANARY)}, folder=project)
    assert CANARY not in "".join(each.read_text() for each in tmp_path.rglob("*") if each.is_file())


def test_a_file_that_git_tracks_is_refused_though_it_is_ignored(tmp_path: Path) -> None:
    def git(*words: str) -> None:
        subprocess.run(["git", "-C", str(tmp_path), *words], check=True, capture_output=True)

    git("init", "-q")
    (tmp_path / ".env").write_text("A=1")
    git("add", "-f", ".env")
    (tmp_path / ".gitignore").write_text(".env*\n")
    assert environment.writable(tmp_path, ".env.local").name == ".env.local"
    with pytest.raises(UserError, match="does not ignore"):
        environment.writable(tmp_path, ".env")


def test_a_name_from_a_host_cannot_add_a_line(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text(".env*\n")
    with pytest.raises(UserError, match="cannot hold"):
        environment.write_env_file(tmp_path / ".env.x", {"A=1\nPATH": Secret(CANARY)}, folder=tmp_path)
    assert not (tmp_path / ".env.x").exists()


def test_what_cannot_be_written_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".gitignore").write_text(".env*\n")
    (tmp_path / ".env.x").write_text("OLD=1\n")

    def full(_source: str, _target: str) -> None:
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr("os.replace", full)
    with pytest.raises(UserError, match=r"\.env\.x cannot be written: No space"):
        environment.write_env_file(tmp_path / ".env.x", {"A": Secret(CANARY)}, folder=tmp_path)
    assert {each.name: each.read_text() for each in tmp_path.iterdir()} == {
        ".gitignore": ".env*\n",
        ".env.x": "OLD=1\n",
    }


def test_git_that_cannot_say_is_not_taken_for_a_yes(tmp_path: Path) -> None:
    (tmp_path / ".gitignore").write_text(".env*\n")
    (tmp_path / ".git").write_text("gitdir: nowhere\n")
    with pytest.raises(UserError, match="could not say"):
        environment.writable(tmp_path, ".env.x")
