"""Which files are sent, which are not, and why."""

from __future__ import annotations

import errno
import os
import sys
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest

from autocrea_lsp.deploy.bundle import collect
from autocrea_lsp.errors import UserError
from tests.deploy.bundle.tree import HOST, names, plant, reasons

SECRETS = [
    ".env",
    ".env.local",
    ".env.production",
    "web/.ENV",
    "server.key",
    "certs/site.pem",
    "id_rsa",
    "keys/id_ed25519",
    ".ssh/config",
    ".aws/credentials",
    ".netrc",
    "service-account.json",
    "secrets.yaml",
    "infra/main.tfstate",
    ".git-credentials",
]
TOOLS = [
    ".git/config",
    "vendor/lib/.git",
    "node_modules/a/index.js",
    "web/node_modules/a/index.js",
    ".venv/bin/python",
    "__pycache__/a.pyc",
    ".vercel/project.json",
    ".DS_Store",
    "a.js.swp",
]
SITE = [
    ".env.example",
    "index.html",
    "src/secrets.ts",
    "src/credentials.py",
    "id_card.tsx",
    "keyboard.js",
    "id_rsa.pub",
]


@pytest.mark.parametrize("name", SECRETS + TOOLS)
async def test_it_is_never_sent_and_the_reason_is_named(tmp_path: Path, name: str) -> None:
    bundle = await collect(plant(tmp_path, {"index.html": "x", name: "x"}), HOST)
    assert [file.name for file in bundle.files] == ["index.html"]
    (left_out,) = bundle.skipped
    assert name == left_out.name or name.startswith(left_out.name + "/")
    assert left_out.reason


@pytest.mark.parametrize("name", SITE)
async def test_what_only_looks_like_it_is_sent(tmp_path: Path, name: str) -> None:
    assert await names(plant(tmp_path, {name: "x"})) == [name]


@pytest.mark.parametrize("file", [".gitignore", ".hostignore"])
@pytest.mark.parametrize("name", [".env", "node_modules/a.js", ".ssh/key"])
async def test_no_file_of_the_repository_brings_it_back(tmp_path: Path, name: str, file: str) -> None:
    folder = name.split("/")[0]
    plant(tmp_path, {"index.html": "x", name: "x", file: f"!{name}\n!{folder}\n!**\n"})
    assert name not in await names(tmp_path)


async def test_the_users_own_word_brings_it_back_and_nothing_beside_it(tmp_path: Path) -> None:
    plant(
        tmp_path,
        {"index.html": "x", ".env": "A=1", "node_modules/a/x.js": "x", "node_modules/b/x.js": "x", ".env.b": ""},
    )
    found = await names(tmp_path, include=[".env", "node_modules/a"])
    assert found == [".env", "index.html", "node_modules/a/x.js"]


async def test_what_to_include_is_named_from_the_folder_and_must_be_sent(tmp_path: Path) -> None:
    plant(tmp_path, {"web/.env": "A=1", "web/index.html": "x", "web/keys/none/x.pem": "x", "web/out": "-> /etc/hosts"})
    (tmp_path / "web" / "empty").mkdir()
    bundle = await collect(tmp_path, HOST, root_directory="web", include=["web/.env", "./web/keys"])
    assert [file.name for file in bundle.files] == [".env", "index.html", "keys/none/x.pem"]
    with pytest.raises(UserError, match="out cannot be included: it is a link that leads out"):
        await collect(tmp_path, HOST, root_directory="web", include=["web/out"])
    with pytest.raises(UserError, match="empty cannot be included"):
        await collect(tmp_path, HOST, include=["web/empty"])


@pytest.mark.parametrize("given", ["nothing.txt", "../outside", "/etc/passwd", "."])
async def test_a_name_to_include_that_is_not_there_is_an_error(tmp_path: Path, given: str) -> None:
    with pytest.raises(UserError, match="include"):
        await collect(plant(tmp_path, {"index.html": "x"}), HOST, include=[given])


async def test_files_that_hold_keys_or_tokens_are_kept_back_whatever_their_name(tmp_path: Path) -> None:
    key = "-----BEGIN RSA PRIVATE KEY-----\nabc\n-----END RSA PRIVATE KEY-----\n"
    plant(
        tmp_path,
        {
            "notes.txt": key,
            "account.json": f'{{"key": "{key!r}"}}',
            ".npmrc": "//registry/:_authToken=abc\n",
            "web/.npmrc": "//registry/:_authToken=${TOKEN}\nsave-exact=true\n",
            ".yarnrc.yml": "npmAuthToken: abc\n",
            "web/.yarnrc.yml": 'npmAuthToken: "${TOKEN}"\nnodeLinker: node-modules\n',
            "docs.txt": "-----BEGIN CERTIFICATE-----",
            "old.bak": f"\ufeff\n{key}",
            "parse.ts": f"const BEGIN = `{key}`;",
        },
    )
    bundle = await collect(tmp_path, HOST)
    assert [file.name for file in bundle.files] == ["docs.txt", "parse.ts", "web/.npmrc", "web/.yarnrc.yml"]
    assert {"account.json", "old.bak", ".yarnrc.yml"} < set(reasons(bundle))
    assert "private key" in reasons(bundle)["notes.txt"]
    assert "token" in reasons(bundle)[".npmrc"]


async def test_gitignore_is_obeyed_nested_negated_and_from_above(tmp_path: Path) -> None:
    plant(
        tmp_path,
        {
            ".git/info/exclude": "private\n",
            ".gitignore": "*.log\n/build\n",
            "site/.gitignore": "!keep.log\ntmp/\n",
            "site/a.log": "",
            "site/keep.log": "",
            "site/tmp/x": "",
            "site/build/x.js": "",
            "site/private": "",
            "site/index.html": "",
        },
    )
    assert await names(tmp_path / "site") == [".gitignore", "build/x.js", "index.html", "keep.log"]
    assert "a.log" in await names(tmp_path / "site", gitignore=False)


async def test_the_hosts_own_file_stands_above_gitignore(tmp_path: Path) -> None:
    plant(
        tmp_path,
        {".gitignore": "dist\n*.map\n", ".hostignore": "!dist\n./src\n", "dist/a.js": "", "src/a.ts": "", "a.map": ""},
    )
    bundle = await collect(tmp_path, HOST)
    assert [file.name for file in bundle.files] == [".gitignore", ".hostignore", "dist/a.js"]
    assert reasons(bundle)["src"] == ".hostignore"
    assert reasons(bundle)["a.map"] == ".gitignore"


async def test_two_ignore_files_of_a_host_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"both \.hostignore and \.oldignore"):
        await collect(plant(tmp_path, {"a": "", ".hostignore": "", ".oldignore": ""}), HOST)


@pytest.mark.parametrize("name", [".gitignore", "deep/.gitignore", ".hostignore"])
@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"a\0b", "-> nowhere", "-> .", b"#" * 600_000])
async def test_an_ignore_file_that_says_what_nobody_knows_ends_it(
    tmp_path: Path, name: str, content: str | bytes
) -> None:
    with pytest.raises(UserError, match=name.replace(".", r"\.")):
        await collect(plant(tmp_path, {"a": "", name: content}), HOST)


async def test_a_pipe_in_an_ignore_files_place_holds_nobody(tmp_path: Path) -> None:
    plant(tmp_path, {"a": ""})
    os.mkfifo(tmp_path / ".hostignore")
    with pytest.raises(UserError, match="hostignore is not a file"):
        await collect(tmp_path, HOST)


@pytest.mark.skipif(sys.platform != "linux", reason="git does not look at letter case there")
async def test_letter_case_counts_as_it_does_for_git_and_the_host(tmp_path: Path) -> None:
    plant(
        tmp_path, {".gitignore": "logs\n", ".hostignore": "drafts\n", "logs/a": "", "pages/Logs/a": "", "Drafts/a": ""}
    )
    assert await names(tmp_path) == [".gitignore", ".hostignore", "pages/Logs/a"]


async def test_names_that_differ_in_letter_case_only_are_noted(tmp_path: Path) -> None:
    bundle = await collect(plant(tmp_path, {"Readme.md": "", "README.md": "", "x": ""}), HOST)
    assert len(bundle.files) == 3
    (note,) = bundle.notes
    assert "README.md and Readme.md" in note


async def test_a_folder_that_cannot_be_read_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plant(tmp_path, {"a": "", "shut/b": "", "shut-too/c": "", ".gitignore": "shut-too\n"})
    real = os.scandir

    def scandir(path: Path) -> object:  # root, who runs our tests, may read all there is
        if path.name.startswith("shut"):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        return real(path)

    monkeypatch.setattr("os.scandir", scandir)
    with pytest.raises(UserError, match="shut/ cannot be read: Permission denied"):
        await collect(tmp_path, HOST)


async def test_pipes_and_the_like_are_left_out_without_waiting_for_them(tmp_path: Path) -> None:
    plant(tmp_path, {"a": "x"})
    os.mkfifo(tmp_path / "pipe.txt")
    bundle = await collect(tmp_path, HOST)
    assert reasons(bundle) == {"pipe.txt": "is no regular file"}


async def test_names_are_composed_and_two_that_become_one_are_an_error(tmp_path: Path) -> None:
    composed, decomposed = (unicodedata.normalize(form, "café.html") for form in ("NFC", "NFD"))
    plant(tmp_path, {decomposed: "x"})
    assert await names(tmp_path) == [composed]
    plant(tmp_path, {composed: "y"})
    with pytest.raises(UserError, match="two files named"):
        await collect(tmp_path, HOST)


async def test_a_name_that_is_no_text_is_an_error_that_shows_where(tmp_path: Path) -> None:
    plant(tmp_path, {"d/a": "x"})
    (tmp_path / "d" / os.fsdecode(b"b\xff")).write_bytes(b"")
    with pytest.raises(UserError, match=r"d/b.*UTF-8"):
        await collect(tmp_path, HOST)


async def test_limits_name_the_file_and_the_number(tmp_path: Path) -> None:
    plant(tmp_path, {**{f"many/{n:02}": "x" for n in range(12)}, "big.bin": b"x" * 2000})
    with pytest.raises(UserError, match=r"at most 10 files.*many"):
        await collect(tmp_path, replace(HOST, max_files=10))
    with pytest.raises(UserError, match=r"big\.bin has 2,000 bytes"):
        await collect(tmp_path, replace(HOST, max_file_bytes=1000))
    with pytest.raises(UserError, match=r"largest file is big\.bin"):
        await collect(tmp_path, replace(HOST, max_total_bytes=1500))
    with pytest.raises(UserError, match=r"big\.bin: no dots"):
        await collect(tmp_path, replace(HOST, bad_name=lambda name: "no dots" if "." in name else None))


async def test_an_empty_folder_and_no_folder_are_errors(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="no files to deploy"):
        await collect(tmp_path, HOST)
    with pytest.raises(UserError, match="no folder"):
        await collect(tmp_path / "gone", HOST)
    with pytest.raises(UserError, match="not inside"):
        await collect(tmp_path, HOST, root_directory="..")


async def test_a_part_of_the_folder_alone(tmp_path: Path) -> None:
    plant(tmp_path, {"a": "", "web/b": "", ".gitignore": "*.log", "web/c.log": ""})
    bundle = await collect(tmp_path, HOST, root_directory="web")
    assert [file.name for file in bundle.files] == ["b"]


async def test_programs_are_marked_as_such(tmp_path: Path) -> None:
    plant(tmp_path, {"run.sh": "", "page.html": ""})
    (tmp_path / "run.sh").chmod(0o700)
    modes = {file.name: file.mode for file in (await collect(tmp_path, HOST)).files}
    assert modes == {"run.sh": 0o100755, "page.html": 0o100644}
