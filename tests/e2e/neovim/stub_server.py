"""A language server that does what a script says: python stub_server.py SCRIPT RECORD.

SCRIPT (JSON) is read again at every message, so a test may change it while the server runs:

    encoding      position encoding that `initialize` answers; left out: not named, that is UTF-16
    inline        rules for textDocument/inlineCompletion; the first whose `head` ends the text before the caret answers
        head        for example "foo."; "" fits always
        insert      the item's text
        back, past  characters (code points) that its range reaches before and after the caret; left out: no range
        command     true: the item carries the command that counts acceptance
        raw         answer this instead, as it is
        error       answer this JSON-RPC error instead
        wait        answer when the test runs the command `stub.release`, or cancels
        deaf        with `wait`: a cancel is only recorded
    status        the answer to autocrea/status
    hold_status   true: give that answer when the test runs `stub.release`
    answers       method or command → its answer ({"error": …} is one; "$version URI" is that document's version)
    streams       method → pieces of text that are sent before its answer, for its `partialResultToken`
    hold          methods whose answer waits for `stub.release`, or for a cancel
    proposals     proposals that `autocrea/proposal/…` knows; `late_by`: how many versions its edits are behind
    slow          commands that are never answered
    opening       requests and notifications to send after `initialized`

The test runs its commands too: `stub.release`, `stub.send` (sends its arguments as messages), `stub.crash`.

RECORD gets one JSON line for each message that came in, in order, and `{"stub": …}` lines of its own.
"""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent))  # `-I` leaves it out

from stub_acts import UNKNOWN, Proposals, filled  # type: ignore[import-not-found]

CODEC = {"utf-8": ("utf-8", 1), "utf-16": ("utf-16-le", 2), "utf-32": ("utf-32-le", 4)}
CANCELLED = -32800


class Stub:
    def __init__(self, script: Path, record: Path) -> None:
        self.script_path = script
        self.record_file = record.open("a", encoding="utf-8")
        self.documents: dict[str, list[str]] = {}
        self.waiting: dict[int, tuple[dict[str, Any], Any, Any]] = {}  # request id → rule, result, error
        self.encoding = "utf-16"
        self.versions: dict[str, int] = {}
        self.proposals = Proposals()

    @property
    def script(self) -> dict[str, Any]:
        return dict(json.loads(self.script_path.read_text(encoding="utf-8")))

    def record(self, entry: dict[str, Any]) -> None:
        self.record_file.write(json.dumps(entry, ensure_ascii=False) + "\n")
        self.record_file.flush()

    def send(self, message: dict[str, Any]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        sys.stdout.buffer.write(b"Content-Length: %d\r\n\r\n" % len(body) + body)
        sys.stdout.buffer.flush()

    def answer(self, request: int, result: Any = None, error: Any = None) -> None:
        self.send({"id": request, "error": error} if error else {"id": request, "result": result})

    def serve(self) -> None:
        while (message := read()) is not None:
            self.record(message)
            method, params = message.get("method"), message.get("params") or {}
            if method == "exit":
                return
            if method is None:
                continue  # an answer to a request of ours: recorded
            if "id" in message:
                self.on_request(message["id"], method, params)
            else:
                self.on_notification(method, params)

    def on_notification(self, method: str, params: dict[str, Any]) -> None:
        document = params.get("textDocument", {})
        if "version" in document:
            self.versions[document["uri"]] = document["version"]
        if method == "initialized":
            for opening in self.script.get("opening", []):
                self.send(opening)
        elif method == "textDocument/didOpen":
            self.documents[document["uri"]] = document["text"].split("\n")
        elif method == "textDocument/didChange":
            self.documents[document["uri"]] = params["contentChanges"][-1]["text"].split("\n")
        elif method == "$/cancelRequest" and (held := self.waiting.get(params["id"])) and not held[0].get("deaf"):
            del self.waiting[params["id"]]
            self.answer(params["id"], error={"code": CANCELLED, "message": "cancelled"})

    def on_request(self, request: int, method: str, params: dict[str, Any]) -> None:
        script = self.script
        name = params["command"] if method == "workspace/executeCommand" else method
        if method == "initialize":
            self.answer(request, self.initialize(script))
        elif method == "textDocument/inlineCompletion":
            self.inline(request, params, script)
        elif name == "stub.release":
            for held, (_, result, error) in list(self.waiting.items()):
                del self.waiting[held]
                self.answer(held, result, error)
            self.answer(request)
        elif name == "stub.crash":
            os._exit(3)
        elif name == "stub.send":
            for sent in params["arguments"]:
                self.send(sent)
            self.answer(request)
        elif name in script.get("slow", []):
            pass
        elif name in script.get("answers", {}):
            self.scripted(request, name, params, script)
        elif method.startswith("autocrea/proposal/"):
            result = self.proposals.answer(method, params, script, self.versions)
            self.answer(request, result, None if result else UNKNOWN)
        elif method == "autocrea/status":
            status = script.get("status", {"state": "ready", "message": "Stub."})
            if script.get("hold_status"):
                self.waiting[request] = ({}, status, None)
            else:
                self.answer(request, status)
        elif method in ("shutdown", "workspace/executeCommand"):
            self.answer(request)
        else:
            self.answer(request, error={"code": -32601, "message": method})

    def scripted(self, request: int, name: str, params: dict[str, Any], script: dict[str, Any]) -> None:
        for text in script.get("streams", {}).get(name, []):
            value = {"token": params["partialResultToken"], "value": {"text": text}}
            self.send({"method": "$/progress", "params": value})
        answer = filled(script["answers"][name], self.versions)
        error = answer.get("error") if isinstance(answer, dict) else None
        result = None if error else answer
        if name in script.get("hold", []):
            self.waiting[request] = ({}, result, error)
        else:
            self.answer(request, result, error)

    def initialize(self, script: dict[str, Any]) -> dict[str, Any]:
        self.encoding = script.get("encoding", "utf-16")
        return {
            "capabilities": {
                **({"positionEncoding": self.encoding} if "encoding" in script else {}),
                "textDocumentSync": {"openClose": True, "change": 1},
                "inlineCompletionProvider": {},
                "executeCommandProvider": {"commands": []},
                "codeActionProvider": {"codeActionKinds": ["quickfix.autocrea"], "resolveProvider": True},
                "experimental": {"autocrea": {"version": 1}},
            },
            "serverInfo": {"name": "stub", "version": "1"},
        }

    def inline(self, request: int, params: dict[str, Any], script: dict[str, Any]) -> None:
        codec, width = CODEC[self.encoding]
        row = params["position"]["line"]
        lines = self.documents[params["textDocument"]["uri"]]
        line = lines[row] if row < len(lines) else ""
        column = len(line.encode(codec)[: params["position"]["character"] * width].decode(codec))
        self.record({"stub": "asked", "head": line[:column], "tail": line[column:]})

        def position(character: int) -> dict[str, int]:
            return {"line": row, "character": len(line[:character].encode(codec)) // width}

        for rule in script.get("inline", []):
            if not line[:column].endswith(rule.get("head", "")):
                continue
            item: dict[str, Any] = {"insertText": rule.get("insert", "")}
            if "back" in rule or "past" in rule:
                item["range"] = {
                    "start": position(column - rule.get("back", 0)),
                    "end": position(column + rule.get("past", 0)),
                }
            if rule.get("command"):
                command = "autocrea.server.suggestion.accepted"
                item["command"] = {"title": "accepted", "command": command, "arguments": ["id-1"]}
            result = rule.get("raw", {"items": [item]})
            if rule.get("wait"):
                self.waiting[request] = (rule, result, rule.get("error"))
            else:
                self.answer(request, result, rule.get("error"))
            return
        self.answer(request)


def read() -> dict[str, Any] | None:
    """The next message; None at the end of input."""
    length = 0
    while (header := sys.stdin.buffer.readline().strip()) != b"":
        name, _, value = header.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    return dict(json.loads(sys.stdin.buffer.read(length))) if length else None


if __name__ == "__main__":
    if "--version" in sys.argv:
        sys.stdout.write("stub 1\n")
    else:
        Stub(Path(sys.argv[1]), Path(sys.argv[2])).serve()
