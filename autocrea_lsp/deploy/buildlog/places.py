"""Which file of the project a tool means: what a host, a container or a Windows path puts before it is taken away."""

from __future__ import annotations

import re
from collections.abc import Callable
from urllib.parse import unquote

MOST_LOOKS = 5_000  # at the disk, for one log
_MOST_OF_A_PATH = 1_000  # characters
_MOST_SEGMENTS = 40

# Where hosts and customary containers put the project.
_ROOTS = tuple(
    tuple(root.split("/"))
    for root in (
        "vercel/path0",
        "vercel/path1",
        "vercel/output",
        "opt/build/repo",
        "opt/buildhome/repo",
        "opt/render/project/src",
        "github/workspace",
        "usr/src/app",
        "home/node/app",
        "home/app",
        "builds/*/*",
        "workspace",
        "workspaces/*",
        "app",
        "src",
        "code",
        "project",
    )
)
_SYSTEM = frozenset(
    ("usr", "lib", "lib64", "bin", "sbin", "etc", "nix", "proc", "sys", "dev", "rustc", "lambda", "Library")
)
_NOT_THEIRS = frozenset(
    (
        *("node_modules", "bower_components", ".pnpm", ".yarn", "site-packages", "dist-packages", ".venv", "venv"),
        *("vendor", ".cargo", ".rustup", ".pyenv", ".nvm", "__pycache__", ".git"),
        *(".next", ".nuxt", ".svelte-kit", ".vercel", ".netlify", ".turbo", ".astro"),  # generated
    )
)
_STDLIB = re.compile(r"/lib(?:64)?/python[\d.]{1,6}/|/pkg/mod/|/go/src/|/rustlib/")
_SCHEMES = ("file://", "webpack-internal:///", "webpack://", "rsc://", "vite-fs:")
_LAYERS = re.compile(r"\((?:rsc|ssr|app-client|app-pages-browser|action-browser|api|middleware|instrument)\)/")
_DRIVE = re.compile(r"[A-Za-z]:(?=/)")


class Places:
    """Paths as tools write them → paths of the project. `exists` is asked for POSIX paths relative to its folder."""

    def __init__(self, exists: Callable[[str], bool], root_directory: str = "") -> None:
        self._exists = exists
        self._root = _normal(root_directory.replace("\\", "/").strip("/").split("/")) or ()
        self._known: dict[str, str] = {}
        self._looks: dict[tuple[str, ...], bool] = {}
        self._bases: list[tuple[str, ...]] = []
        self._learnt: set[tuple[str, ...]] = set()  # absolute folders that turned out to be the project's
        self._bare: dict[str, tuple[str, ...]] = {}  # raw path of a file at the root → the folder it is said to be in

    def find(self, raw: str) -> str:
        """The file's path in the project; "": it is none of the user's, or it cannot be told which."""
        found = self._known.get(raw)
        if found is None:
            found = self._known[raw] = self._search(raw)
        return found

    def certain(self, raw: str) -> bool:
        """Whether `find`'s answer stands, now that the whole log was read: a mere name under an unknown absolute
        folder is believed as long as no other path shows that the project lies elsewhere."""
        folder = self._bare.get(raw)
        return folder is None or not self._learnt or folder in self._learnt

    def enter(self, raw: str) -> None:
        """The log says that a tool worked in this folder: relative paths are tried below it too."""
        segments, absolute = _parse(raw)
        options = [segments]
        if absolute:
            known = _below_known_root(segments)
            options = [known] if known is not None else [segments[at:] for at in range(1, len(segments))]
        for option in options[:_MOST_SEGMENTS]:
            if option and option not in self._bases and len(self._bases) < _MOST_SEGMENTS:
                self._bases.append(option)

    def _search(self, raw: str) -> str:
        segments, absolute = _parse(raw)
        if not segments or _foreign_before(segments, absolute):
            return ""
        if not absolute:
            return self._below(segments, (self._root, (), *self._bases))
        rest = _below_known_root(segments)
        if rest is not None and (found := self._below(rest, ((), self._root))):
            return found
        if rest is None and segments[0] in _SYSTEM:
            return ""
        return self._longest_suffix(raw, segments)

    def _longest_suffix(self, raw: str, segments: tuple[str, ...]) -> str:
        normal = _normal(segments)
        if normal is None:
            return ""
        for at in range(len(normal)):
            suffix = normal[at:]
            found = self._below(suffix, ((), self._root) if self._root else ((),))
            if found and len(suffix) > 1:
                self._learnt.add(normal[:at])
                return found
            if found:
                self._bare[raw] = normal[:at]
                return found
        return ""

    def _below(self, rest: tuple[str, ...], bases: tuple[tuple[str, ...], ...]) -> str:
        for base in dict.fromkeys(bases):
            path = _normal((*base, *rest))
            if path and not _NOT_THEIRS.intersection(path) and self._look(path):
                return "/".join(path)
        return ""

    def _look(self, path: tuple[str, ...]) -> bool:
        found = self._looks.get(path)
        if found is None:
            if len(self._looks) >= MOST_LOOKS:
                return False
            found = self._looks[path] = self._exists("/".join(path))
        return found


def _parse(raw: str) -> tuple[tuple[str, ...], bool]:
    """Its segments, `..` among them, and whether it is absolute. () for what is no path."""
    path = raw.strip().strip("\"'`")
    if not path or len(path) > _MOST_OF_A_PATH or path[0] in "<>=|" or "\0" in path or path.startswith("node:"):
        return (), False
    scheme = next((each for each in _SCHEMES if path.startswith(each)), "")
    if scheme:
        path = _LAYERS.sub("", unquote(path[len(scheme) :]), count=1)
        if scheme == "webpack://":  # webpack://name/./src/x.js
            path = path.partition("/./")[2] or path.lstrip("/")
    elif "://" in path:
        return (), False
    path = path.partition("?")[0].replace("\\", "/")
    drive = _DRIVE.match(path.lstrip("/"))
    if drive:
        path = path.lstrip("/")[2:]
    segments = tuple(each for each in path.split("/") if each and each != ".")
    return (segments, path.startswith("/")) if len(segments) <= _MOST_SEGMENTS else ((), False)


def _normal(segments: tuple[str, ...] | list[str]) -> tuple[str, ...] | None:
    """Without `..`; None where it leads out of the folder."""
    kept: list[str] = []
    for each in segments:
        if each == "..":
            if not kept:
                return None
            kept.pop()
        elif each and each != ".":
            kept.append(each)
    return tuple(kept)


def _below_known_root(segments: tuple[str, ...]) -> tuple[str, ...] | None:
    for root in _ROOTS:
        if len(segments) > len(root) and all(r in ("*", s) for r, s in zip(root, segments, strict=False)):
            return segments[len(root) :]
    return None


def _foreign_before(segments: tuple[str, ...], absolute: bool) -> bool:
    """Whether it says itself that it is a dependency's or the language's."""
    if _NOT_THEIRS.intersection(segments):
        # A stand-in for the project's own folder may lie anywhere, so these two count for relative paths only.
        return not absolute or not {".git", ".netlify", ".vercel"}.issuperset(_NOT_THEIRS.intersection(segments))
    return _STDLIB.search("/" + "/".join(segments)) is not None
