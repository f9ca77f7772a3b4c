"""What an ignore file keeps from the model stays here, under whatever name it is asked for."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest

from autocrea_lsp.workspace.exclude import GITIGNORE, IGNORE_FILES, Exclusions
from autocrea_lsp.workspace.ignore_rules import MAX_BYTES

KINDS = [kind for kind in IGNORE_FILES if kind != GITIGNORE]


class Clock:
    """A time that only moves when a test says so."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def ws(tmp_path: Path) -> Path:
    folder = tmp_path / "ws"
    folder.mkdir()
    return folder


def _write(path: Path, text: str = "") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def _why(ws: Path, path: Path | str) -> str | None:
    uri = path.as_uri() if isinstance(path, Path) else path
    exclusions = Exclusions([ws])
    why = exclusions.why_excluded(uri)
    assert why is None or not exclusions.in_context(uri)  # what is excluded accompanies nothing
    return why


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_file_excludes_and_is_named(ws: Path, kind: str) -> None:
    _write(ws / kind, "/private/\n*.secret.py\n")
    assert _why(ws, ws / "private" / "deep" / "a.py") == f"Excluded by {kind}: nothing of this file is sent."
    assert _why(ws, ws / "src" / "a.secret.py") == f"Excluded by {kind}: nothing of this file is sent."
    assert _why(ws, ws / "src" / "a.py") is None
    assert Exclusions([ws]).in_context((ws / "src" / "a.py").as_uri())


def test_one_kind_is_enough_and_none_takes_back_for_another(ws: Path) -> None:
    _write(ws / ".cursorignore", "*.py\n")
    _write(ws / ".aiignore", "!*.py\n")
    assert _why(ws, ws / "a.py")


def test_the_deepest_file_wins(ws: Path) -> None:
    _write(ws / ".aiignore", "*.sql\n")
    _write(ws / "open" / ".aiignore", "!*.sql\n")
    _write(ws / "open" / "closed" / ".aiignore", "*.sql\n")
    assert [bool(_why(ws, ws / each)) for each in ("a.sql", "open/a.sql", "open/closed/a.sql")] == [True, False, True]


def test_nothing_in_an_excluded_folder_is_taken_back(ws: Path) -> None:
    _write(ws / ".aiignore", "private/\n!private/open.py\n")
    _write(ws / "private" / ".aiignore", "!*\n")
    assert _why(ws, ws / "private" / "open.py")


@pytest.mark.parametrize("text", ["", "\n \n", "# all of it\n"])
def test_an_empty_aiexclude_excludes_all_below_it(ws: Path, text: str) -> None:
    _write(ws / "legal" / ".aiexclude", text)
    assert _why(ws, ws / "legal" / "deep" / "a.py")
    assert _why(ws, ws / "a.py") is None
    _write(ws / "src" / ".aiignore", text)
    assert _why(ws, ws / "src" / "a.py") is None


def test_links_are_followed_both_ways(ws: Path, tmp_path: Path) -> None:
    _write(ws / ".aiignore", "private.py\nhidden-name.py\n/closed/\nmiddle.py\n")
    _write(ws / "private.py")
    _write(ws / "plain.py")
    _write(ws / "closed" / "a.py")
    (ws / "innocent.py").symlink_to("private.py")
    (ws / "hidden-name.py").symlink_to("plain.py")
    (ws / "door").symlink_to("closed")
    (ws / "chain.py").symlink_to("middle.py")
    (ws / "middle.py").symlink_to("plain.py")
    (tmp_path / "from-outside.py").symlink_to(ws / "private.py")
    for name in ("innocent.py", "hidden-name.py", "door/a.py", "chain.py", "../from-outside.py"):
        assert _why(ws, Path(os.path.normpath(ws / name))), name
    assert _why(ws, ws / "plain.py") is None


def test_a_folder_opened_through_a_link(ws: Path, tmp_path: Path) -> None:
    _write(ws / ".aiignore", "private.py\n")
    (tmp_path / "link").symlink_to(ws)
    assert _why(tmp_path / "link", ws / "private.py")
    assert _why(tmp_path / "link", tmp_path / "link" / "private.py")
    assert _why(ws, tmp_path / "link" / "private.py")


@pytest.mark.parametrize(
    "form",
    [
        "{ws}/Private/A.py",
        "{ws}/PRIVATE/a.PY",
        "{ws}/src/../private/a.py",
        "{ws}/./private//a.py",
        "{ws}/%70rivate/a.py",
        "{ws}/private/a.py#cell",
        "{ws}/private/a.py?x",
        "/{ws}/private/a.py",
    ],
)
def test_another_spelling_is_the_same_file(ws: Path, form: str) -> None:
    _write(ws / ".aiignore", "/private/\n")
    assert _why(ws, "file://" + form.format(ws=ws))


def test_a_notebook_cell_is_part_of_its_file(ws: Path) -> None:
    _write(ws / ".aiignore", "*.ipynb\n")
    assert _why(ws, f"vscode-notebook-cell:{ws}/a.ipynb#W0sZ")


@pytest.mark.parametrize(
    "uri", ["untitled:Untitled-1", "untitled:/etc/x", "output:log", "", "http://[", "file:///other/a.py"]
)
def test_what_is_outside_of_every_folder_has_no_rules(ws: Path, uri: str) -> None:
    _write(ws / ".aiignore", "*\n")
    assert _why(ws, uri) is None


def test_names_of_secrets_need_no_rule(ws: Path) -> None:
    (ws / "notes.txt").symlink_to(".env")
    _write(ws / ".env")
    for uri in ((ws / ".env").as_uri(), (ws / "notes.txt").as_uri(), "untitled:.env", "file:///elsewhere/id_rsa"):
        why = _why(ws, uri)
        assert why is not None, uri
        assert "secrets" in why, uri


@pytest.mark.parametrize(
    ("setting", "why", "shown"), [("context", False, False), ("all", True, False), ("off", False, True)]
)
def test_gitignore_is_a_setting(ws: Path, setting: str, why: bool, shown: bool) -> None:
    _write(ws / ".gitignore", "dist/\n")
    _write(ws / ".git" / "info" / "exclude", "notes.py\n")
    exclusions = Exclusions([ws], gitignore=setting)  # type: ignore[arg-type]
    for name in ("dist/a.js", "notes.py"):
        uri = (ws / name).as_uri()
        assert (bool(exclusions.why_excluded(uri)), exclusions.in_context(uri)) == (why, shown), name
    assert exclusions.in_context((ws / "a.py").as_uri())


def test_gitignore_goes_before_info_exclude(ws: Path) -> None:
    _write(ws / ".git" / "info" / "exclude", "notes.py\n")
    _write(ws / ".gitignore", "!notes.py\n")
    assert Exclusions([ws]).in_context((ws / "notes.py").as_uri())


def test_rules_from_the_top_of_the_repository_hold_in_its_folders(tmp_path: Path) -> None:
    (tmp_path / ".git").mkdir()
    _write(tmp_path / ".aiignore", "ws/private.py\n")
    _write(tmp_path / ".gitignore", "dist/\n")
    exclusions = Exclusions([tmp_path / "ws"])
    assert exclusions.why_excluded((tmp_path / "ws" / "private.py").as_uri())
    assert not exclusions.in_context((tmp_path / "ws" / "dist" / "a.js").as_uri())


def test_each_of_several_folders_has_its_own(tmp_path: Path) -> None:
    _write(tmp_path / "one" / ".aiignore", "*.py\n")
    _write(tmp_path / "two" / "a.py")
    exclusions = Exclusions([tmp_path / "one", tmp_path / "two"])
    assert exclusions.why_excluded((tmp_path / "one" / "a.py").as_uri())
    assert exclusions.why_excluded((tmp_path / "two" / "a.py").as_uri()) is None


def _huge(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(100_000_000)


def _text_too_long(path: Path) -> None:
    path.write_text("# x\n" * (MAX_BYTES // 4 + 1))


UNREADABLE: dict[str, Callable[[Path], object]] = {
    "huge": _huge,
    "long": _text_too_long,
    "binary": lambda path: path.write_bytes(b"\x7fELF\0\0\xff"),
    "not UTF-8": lambda path: path.write_bytes(b"caf\xe9\n"),
    "a pipe": lambda path: os.mkfifo(path),
    "a folder": lambda path: path.mkdir(),
    "a link to itself": lambda path: path.symlink_to(path.name),
    "a link to nothing": lambda path: path.symlink_to("nowhere"),
}


@pytest.mark.parametrize("fault", UNREADABLE)
def test_an_ignore_file_that_cannot_be_understood_closes_what_it_governs(ws: Path, fault: str) -> None:
    (ws / "sub").mkdir()
    UNREADABLE[fault](ws / "sub" / ".aiignore")
    why = _why(ws, ws / "sub" / "a.py")
    assert why is not None
    assert why.startswith(".aiignore ")
    assert why.endswith(": nothing of what it governs is sent.")
    assert _why(ws, ws / "a.py") is None


@pytest.mark.skipif(os.geteuid() == 0, reason="root reads everything")
def test_an_ignore_file_without_permission_closes_what_it_governs(ws: Path) -> None:
    _write(ws / ".aiignore").chmod(0)
    assert _why(ws, ws / "a.py")


def test_a_gitignore_that_cannot_be_understood_only_keeps_its_files_out_of_other_prompts(ws: Path) -> None:
    _write(ws / ".gitignore").write_bytes(b"\0")
    exclusions = Exclusions([ws])
    assert exclusions.why_excluded((ws / "a.py").as_uri()) is None
    assert not exclusions.in_context((ws / "a.py").as_uri())


@pytest.mark.parametrize("path", ["loop.py", "a\0b.py", "x" * 5000, "\ud800.py"])
def test_a_path_that_cannot_be_followed_is_excluded(ws: Path, path: str) -> None:
    (ws / "loop.py").symlink_to("loop.py")
    assert _why(ws, f"file://{ws}/{quote(path, errors='surrogatepass') if path[0] != chr(0xD800) else path}")


def test_a_change_counts_after_two_seconds_or_at_once_when_told(ws: Path) -> None:
    clock = Clock()
    exclusions = Exclusions([ws], clock=clock)
    uri = (ws / "a.py").as_uri()
    assert exclusions.why_excluded(uri) is None
    rules = _write(ws / ".aiignore", "*.py\n")
    assert exclusions.why_excluded(uri) is None
    clock.now += 2
    assert exclusions.why_excluded(uri)
    rules.write_text("*.pyx\n")
    assert exclusions.why_excluded(uri)
    exclusions.refresh()
    assert exclusions.why_excluded(uri) is None
    rules.unlink()
    _write(ws / ".aiexclude")
    clock.now += 2
    assert exclusions.why_excluded(uri)


def test_a_link_that_is_turned_to_an_excluded_file_is_noticed(ws: Path) -> None:
    clock = Clock()
    _write(ws / ".aiignore", "private.py\n")
    _write(ws / "private.py")
    _write(ws / "plain.py")
    (ws / "link.py").symlink_to("plain.py")
    exclusions = Exclusions([ws], clock=clock)
    assert exclusions.why_excluded((ws / "link.py").as_uri()) is None
    (ws / "link.py").unlink()
    (ws / "link.py").symlink_to("private.py")
    clock.now += 2
    assert exclusions.why_excluded((ws / "link.py").as_uri())


def test_a_keystroke_does_not_touch_the_disk(ws: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _write(ws / ".aiignore", "private.py\n")
    exclusions = Exclusions([ws], clock=Clock())
    uri = (ws / "private.py").as_uri()
    assert exclusions.why_excluded(uri)
    looks: list[object] = []
    for name in ("stat", "lstat", "open"):
        monkeypatch.setattr(os, name, lambda *args, **kwargs: looks.append(args))
    first, second = exclusions.why_excluded(uri), exclusions.in_context(uri)
    monkeypatch.undo()
    assert (bool(first), second, looks) == (True, False, [])
