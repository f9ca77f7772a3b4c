"""The stub server's acts: proposals that are kept, accepted and rejected by hunk, as the real server does it.

A script's `proposals` are whole `Proposal`s (see `acting.proposal`); which hunks are decided how is known here.
"""

from __future__ import annotations

import copy
from typing import Any

UNKNOWN = {"code": -32602, "message": "No such proposal."}


class Proposals:
    def __init__(self) -> None:
        self.states: dict[tuple[str, str], str] = {}  # proposal and hunk → state
        self.before: dict[str, tuple[dict[str, int], set[str]]] = {}  # proposal → versions, and hunks accepted then

    def answer(self, method: str, params: dict[str, Any], script: dict[str, Any], versions: dict[str, int]) -> Any:
        """The result of an `autocrea/proposal/…` request; None: not such a request, or no such proposal."""
        self._settle(params.get("id", ""), versions)
        known = {proposal["id"]: self._now(proposal) for proposal in script.get("proposals", [])}
        if method == "autocrea/proposal/list":
            return {"proposals": list(known.values())}
        proposal = known.get(params.get("id", ""))
        if proposal is None:
            return None
        match method.removeprefix("autocrea/proposal/"):
            case "get":
                return proposal
            case "reject":
                self._decide(proposal, params.get("hunks"), "rejected")
                return self._now(proposal)
            case "accept":
                late = script.get("late_by", 0)
                decided = self._decide(proposal, params.get("hunks"), "accepted")
                edit = self._edit(proposal, decided, {uri: v - late for uri, v in versions.items()})
                self.before[proposal["id"]] = (dict(versions), decided)
                return {"edit": edit, "proposal": self._now(proposal)}
        return None

    def _settle(self, proposal: str, versions: dict[str, int]) -> None:
        """Take back what was accepted last and not applied: no document has another version since."""
        before, decided = self.before.pop(proposal, ({}, set()))
        for hunk in decided if before == versions else ():
            del self.states[proposal, hunk]

    def _now(self, proposal: dict[str, Any]) -> dict[str, Any]:
        """The proposal with the accepted hunks in its `original`, and every hunk in the lines of that."""
        now = copy.deepcopy(proposal)
        for file in now["files"]:
            original, shift = file["original"].splitlines(keepends=True), 0
            for hunk in file["hunks"]:
                hunk["state"] = self.states.get((proposal["id"], hunk["id"]), "pending")
                first, last = hunk["startLine"] + shift, hunk["endLine"] + shift
                if hunk["state"] == "accepted":
                    new = hunk["newText"].splitlines(keepends=True)
                    original[first:last] = new
                    shift += len(new) - (last - first)
                    last = first + len(new)
                hunk["startLine"], hunk["endLine"] = first, last
            file["original"] = "".join(original)
        return now

    def _decide(self, proposal: dict[str, Any], ids: list[str] | None, state: str) -> set[str]:
        pending = {h["id"] for f in proposal["files"] for h in f["hunks"] if h["state"] == "pending"}
        decided = pending & set(ids) if ids is not None else pending
        for hunk in decided:
            self.states[proposal["id"], hunk] = state
        return decided

    def _edit(self, proposal: dict[str, Any], decided: set[str], versions: dict[str, int]) -> dict[str, Any]:
        changes: list[dict[str, Any]] = []
        for file in proposal["files"]:
            if file["isNew"] and any(h["id"] in decided for h in file["hunks"]):
                changes.append({"kind": "create", "uri": file["uri"]})
            edits = [
                {"range": lines(hunk["startLine"], hunk["endLine"]), "newText": hunk["newText"]}
                for hunk in file["hunks"]
                if hunk["id"] in decided
            ]
            if edits:
                document = {"uri": file["uri"], "version": versions.get(file["uri"])}
                changes.append({"textDocument": document, "edits": edits})
        return {"documentChanges": changes}


def lines(first: int, last: int) -> dict[str, Any]:
    return {"start": {"line": first, "character": 0}, "end": {"line": last, "character": 0}}


def filled(value: Any, versions: dict[str, int]) -> Any:
    """The value with every `"$version URI"` replaced by the version of that document."""
    if isinstance(value, dict):
        return {key: filled(inner, versions) for key, inner in value.items()}
    if isinstance(value, list):
        return [filled(inner, versions) for inner in value]
    if isinstance(value, str) and value.startswith("$version "):
        return versions[value.removeprefix("$version ")]
    return value
