"""An edit goes into an ordinary file of the workspace, or nowhere."""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import pytest

from autocrea_lsp.errors import UserError
from autocrea_lsp.workspace.places import Places, read_text


@pytest.fixture
def ws(tmp_path: Path) -> Path:
    """A workspace with a few files, beside a folder and a file that are none of its business."""
    ws = tmp_path / "ws"
    for name in ("src/a.py", ".vscode/tasks.json", "sub/.git/hooks/pre-commit"):
        (ws / name).parent.mkdir(parents=True, exist_ok=True)
        (ws / name).write_text("x\n")
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "b.py").write_text("x\n")
    (tmp_path / "ws-evil").mkdir()
    return ws


def expect_refused(ws: Path, name: str | Path) -> UserError:
    with pytest.raises(UserError) as failure:
        Places([ws]).check(name)
    assert failure.value.hint
    assert str(ws.parent) not in str(failure.value)  # an error may be shown: it tells no path
    return failure.value


@pytest.mark.parametrize(
    ("name", "place"),
    [
        ("src/a.py", "src/a.py"),
        ("./src/./a.py", "src/a.py"),
        ("src//a.py", "src/a.py"),
        ("new/folder/b.tsx", "new/folder/b.tsx"),
        ("Makefile", "Makefile"),
        ("pyproject.toml", "pyproject.toml"),
        ("package.json", "package.json"),
        ("Dockerfile", "Dockerfile"),
        ("a..b", "a..b"),
        ("...x", "...x"),
        (".hidden/x.py", ".hidden/x.py"),
        ("git/x.py", "git/x.py"),
        ("src/environment.ts", "src/environment.ts"),
        ("año nuevo/día é𝒳.py", "año nuevo/día é𝒳.py"),
        ("[id]/page (1).tsx", "[id]/page (1).tsx"),
        ("x" * 255, "x" * 255),
    ],
)
@pytest.mark.parametrize("form", ["relative", "absolute", "uri"])
def test_a_file_of_the_workspace_may_be_edited(ws: Path, name: str, place: str, form: str) -> None:
    given: str | Path = name
    if form == "absolute":
        given = ws / name
    elif form == "uri":
        given = (ws / name).as_uri()
    assert Places([ws]).check(given) == (ws / place).resolve()


OUTSIDE = [
    "..",
    "../outside/b.py",
    "src/../../outside/b.py",
    "src/..",
    "/etc/passwd",
    "{ws}-evil/a.py",
    "{ws}/../outside/b.py",
    "{ws}",
    "/proc/self/root{ws}-evil/a.py",
    "~/x",
    "",
    ".",
    "/",
    "src/",
]
FORMS = [
    "a\0b",
    "a\nb",
    "a\x7fb",
    "a\x9bb",
    "a\u202eyp.b",
    "a\u2028b",
    "C:\\a.py",
    "c:/a.py",
    "c:a.py",
    "/c:/a.py",
    "\\\\host\\share\\a.py",
    "//host/share/a.py",
    "src\\..\\..\\b.py",
    "..\\b.py",
    "a.py:stream",
    "a.py::$DATA",
    "src:x/a.py",
    "a.py.",
    "a.py ",
    "src./a.py",
    "src /a.py",
    "..%2fb.py",
    "%2e%2e/b.py",
    "a%00.py",
    "x" * 256,
    "é" * 128,
    "a/" * 2100 + "b",
    "\ud800.py",
    "GIT~1/config",
    "VSCODE~2/tasks.json",
    "ENV~1.LOC",
]
URIS = [
    "http://example.org/a.py",
    "untitled:a.py",
    "vscode-remote://host{ws}/a.py",
    "git:{ws}/a.py",
    "data:text/plain,x",
    "javascript:x",
    "file://host{ws}/a.py",
    "file://localhost{ws}/a.py",
    "file:a.py",
    "file:",
    "file://",
    "file:///",
    "file://[{ws}/a.py",
    "file://{ws}/a.py?x",
    "file://{ws}/a.py#x",
    "file://{ws}/%2e%2e/outside/b.py",
    "file://{ws}/..%2foutside/b.py",
    "file://{ws}/%252e%252e/outside/b.py",
    "file://{ws}/a%5cb.py",
    "file://{ws}/a%00b.py",
    "file://{ws}/%c0%ae%c0%ae/b.py\0",
    "file:///c%3a/a.py",
    "FILE://host/share/a.py",
]


@pytest.mark.parametrize("name", OUTSIDE + FORMS + URIS, ids=ascii)
def test_every_other_form_isexpect_refused(ws: Path, name: str) -> None:
    expect_refused(ws, name.replace("{ws}", str(ws)))


def test_the_name_alone_would_pass_where_its_form_is_what_isexpect_refused(ws: Path) -> None:
    """So that the cases above cannot pass for another reason than theirs."""
    for name in ("a.py", "b", "src/b.py", "x" * 255, "GIT/config", "c/a.py"):
        assert Places([ws]).check(name) == ws.resolve() / name


def test_links_count_as_what_they_lead_to(ws: Path) -> None:
    (ws / "inside.py").symlink_to("src/a.py")
    (ws / "door").symlink_to("src")
    assert Places([ws]).check("inside.py") == (ws / "src" / "a.py").resolve()
    assert Places([ws]).check("door/new.py") == (ws / "src" / "new.py").resolve()


@pytest.mark.parametrize(
    ("link", "target", "asked"),
    [
        ("out.py", "../outside/b.py", "out.py"),
        ("out", "../outside", "out/b.py"),
        ("out", "../outside", "out/new/c.py"),
        ("out", "/", "out/etc/passwd"),
        ("hooks", "sub/.git/hooks", "hooks/pre-commit"),
        ("tasks.py", ".vscode/tasks.json", "tasks.py"),
        ("settings", ".vscode", "settings/settings.json"),
        ("loop", "loop", "loop"),
        ("loop", "loop", "loop/a.py"),
        ("dangling.py", "src/not-there.py", "dangling.py"),
        ("dangling.py", "../outside/not-there.py", "dangling.py"),
        (".vscode/plain.json", "../src/a.py", ".vscode/plain.json"),
    ],
)
def test_links_out_of_bounds_areexpect_refused(ws: Path, link: str, target: str, asked: str) -> None:
    (ws / link).symlink_to(target)
    expect_refused(ws, asked)
    expect_refused(ws, (ws / asked).as_uri())


def test_a_link_that_is_turned_after_the_question_is_not_in_the_answer(ws: Path) -> None:
    """What is promised about the time in between: the answer has no link in it. The editor writes to that path."""
    (ws / "door").symlink_to("src")
    answer = Places([ws]).check("door/a.py")
    (ws / "door").unlink()
    (ws / "door").symlink_to("../outside")
    assert answer == (ws / "src" / "a.py").resolve()
    expect_refused(ws, "door/a.py")


def _socket(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(path))


@pytest.mark.parametrize("make", [os.mkfifo, Path.mkdir, _socket])
def test_only_ordinary_files(ws: Path, monkeypatch: pytest.MonkeyPatch, make: Callable[[Path], None]) -> None:
    monkeypatch.chdir(ws)  # the path of a socket is short
    make(Path("odd"))
    expect_refused(ws, "odd")


def test_nothing_lies_inside_a_file(ws: Path) -> None:
    expect_refused(ws, "src/a.py/b.py")


def test_a_relative_path_belongs_to_the_folder_that_has_the_file(ws: Path) -> None:
    other = ws.parent / "outside"
    places = Places([ws, other])
    assert places.check("b.py") == (other / "b.py").resolve()
    assert places.check("new.py") == (ws / "new.py").resolve()
    assert places.check(other / "c.py") == (other / "c.py").resolve()


def test_without_a_folder_there_is_no_place(ws: Path) -> None:
    with pytest.raises(UserError, match="folder"):
        Places([]).check("a.py")
    with pytest.raises(UserError, match="workspace"):
        Places([]).check(ws / "src" / "a.py")


def test_the_workspaces_own_name_may_be_odd(tmp_path: Path) -> None:
    folder = tmp_path / "100%25 a:b~1."
    folder.mkdir()
    assert Places([folder]).check("a.py") == (folder / "a.py").resolve()
    assert Places([folder]).check((folder / "a.py").as_uri()) == (folder / "a.py").resolve()


def test_a_workspace_reached_through_a_link(ws: Path) -> None:
    (ws.parent / "link").symlink_to(ws)
    for asked in ("src/a.py", str(ws.parent / "link" / "src" / "a.py"), str(ws / "src" / "a.py")):
        assert Places([ws.parent / "link"]).check(asked) == (ws / "src" / "a.py").resolve()


def test_text_is_read_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "a.py"
    path.write_bytes("\ufeffé\r\nb\rc\n".encode())
    assert read_text(path) == "é\r\nb\rc\n"
    path.write_bytes(b"")
    assert read_text(path) == ""


def test_the_limit_is_exact(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(b"x" * 10_000_000)
    assert len(read_text(path)) == 10_000_000
    path.write_bytes(b"x" * 10_000_001)
    with pytest.raises(UserError, match="10 MB"):
        read_text(path)


def test_a_file_that_says_it_is_small_is_not_trusted() -> None:
    if not Path("/proc/self/status").exists():
        pytest.skip("no /proc here")
    assert "Name:" in read_text(Path("/proc/self/status"))
    with pytest.raises(UserError, match="larger"):
        read_text(Path("/proc/self/status"), max_bytes=10)


def _sparse(path: Path) -> None:
    with path.open("wb") as file:
        file.truncate(2**40)


@pytest.mark.parametrize(
    "make",
    [
        os.mkfifo,
        Path.mkdir,
        _sparse,
        lambda path: path.write_bytes(b"a\0b"),
        lambda path: path.write_bytes(b"caf\xe9"),
        lambda path: path.symlink_to("/dev/zero"),
        lambda path: path.symlink_to("real.txt"),
        lambda path: path.symlink_to(path.name),
        lambda path: None,
    ],
    ids=["pipe", "folder", "1 TB", "binary", "latin-1", "device", "link", "loop", "nothing"],
)
def test_what_is_no_text_file_is_not_read(tmp_path: Path, make: Callable[[Path], object]) -> None:
    (tmp_path / "real.txt").write_text("x")
    make(tmp_path / "odd")
    with pytest.raises(UserError) as failure:
        read_text(tmp_path / "odd")
    assert failure.value.hint


def test_a_name_that_no_file_can_have_is_an_error_for_the_user() -> None:
    with pytest.raises(UserError):
        read_text(Path("a\0b"))
