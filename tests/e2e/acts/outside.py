"""What can be seen of a server from outside: the processes it starts, and what the texts it sends would do."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Self

from markdown_it import MarkdownIt

CHECKERS = frozenset(
    {"bwrap", "ruff", "node", "pyright", "pyright-langserver", "tsc", "gofmt", "go", "git", "true", "python3", "python"}
)
"""Programs that may be started: those that check an edit, the sandbox they are in, and git for a commit message."""

CODE = "code"
"""How a token begins whose stream is code, which no client renders as Markdown."""

_SHOWN = frozenset({"markdown", "explanation", "message", "label", "title", "reason", "description", "text", "tooltip"})
_NEVER = re.compile(r"\b(?:command|vscode(?:-insiders)?|data|file|javascript|vbscript):(?=\S)", re.IGNORECASE)
_PROSE = re.compile(r"\x1b|[\u202a-\u202e\u2066-\u2069]|[\U000e0000-\U000e007f]")
_LOOK_S = 0.004


class Processes:
    """Names of the programs that a process and its descendants have run, while it is watched."""

    def __init__(self, pid: int) -> None:
        self._pid = pid
        self._end = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        self.names: dict[str, str] = {}  # and the command line of the first of that name

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._end.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._end.wait(_LOOK_S):
            for child in _started(self._pid):
                place = Path(f"/proc/{child}")
                try:
                    line = (place / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
                    self.names.setdefault((place / "exe").readlink().name, line)
                except OSError:
                    continue

    def strangers(self) -> list[str]:
        found = self.names.items()
        return [f"{name}: {line}" for name, line in found if name.split(".")[0].rstrip("0123456789") not in _STEMS]


def _started(pid: int) -> Iterator[int]:
    """All descendants but those inside a sandbox: what is locked in there changes nothing out here."""
    try:
        tasks = [(task / "children").read_text().split() for task in Path(f"/proc/{pid}/task").iterdir()]
    except OSError:
        return
    for child in [int(child) for task in tasks for child in task]:
        yield child
        try:
            is_sandbox = Path(f"/proc/{child}/exe").readlink().name == "bwrap"
        except OSError:
            continue
        if not is_sandbox:
            yield from _started(child)


_STEMS = frozenset(name.rstrip("0123456789") for name in CHECKERS)


def shown_texts(messages: Sequence[Mapping[str, Any]]) -> list[str]:
    """Every text for people that a server sent; the pieces of a stream as one, since that is how they are shown."""
    texts: list[str] = []
    streams: dict[str, str] = {}
    for message in messages:
        if message.get("method") == "$/progress" and "text" in (value := message["params"]["value"]):
            if not (token := str(message["params"]["token"])).startswith(CODE):
                streams[token] = streams.get(token, "") + value["text"]
            continue
        texts += _texts(message)
    return [*texts, *streams.values()]


def harm(text: str) -> list[str]:
    """What a client that renders a text would show or fetch, and should not."""
    found = [f"{token.type}: {token.content or token.attrs}" for token in _tokens(text) if token.type in _ACTIVE]
    prose = [token.content for token in _tokens(text) if token.type == "text"]
    found += [f"address: {part[match.start() :][:60]}" for part in prose if (match := _NEVER.search(part))]
    if match := _PROSE.search(text):
        found.append(f"control character {match[0]!r}")
    return found


_ACTIVE = frozenset({"image", "link_open", "html_inline", "html_block"})


def addresses(text: str) -> Iterator[str]:
    """What a client that renders a text fetches by itself."""
    for token in _tokens(text):
        if token.type == "image":
            yield str(token.attrs.get("src", ""))
        elif token.type in ("html_inline", "html_block"):
            yield from re.findall(r"src=[\"']?([^\"'\s>]+)", token.content)


def _tokens(text: str) -> Iterator[Any]:
    for block in MarkdownIt("commonmark").parse(text):
        yield block
        yield from block.children or ()


def _texts(node: Any, key: str = "") -> Iterator[str]:
    if isinstance(node, Mapping):
        for name, value in node.items():
            yield from _texts(value, name)
    elif isinstance(node, list):
        for value in node:
            yield from _texts(value, key)
    elif isinstance(node, str) and key in _SHOWN:
        yield node
