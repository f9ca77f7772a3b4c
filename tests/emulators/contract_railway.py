"""What a client's request to the host must be like, and what our own answers must be.

Documents are held against the vendor's schema where it is at hand (`railway_schema`), else against the emulator's part
of it; the rest (headers, archive, socket, pace) against `../shared/reference/deploy-apis.md`, which no schema covers.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from graphql import OperationType

from tests.emulators.hosting.calls import Recorded
from tests.emulators.railway_graphql import Asked, complaints, read, unknown_keys
from tests.emulators.railway_mutations import MUTATIONS
from tests.emulators.railway_queries import QUERIES
from tests.emulators.railway_rules import InErrors
from tests.emulators.railway_schema import best_schema
from tests.emulators.railway_streams import STREAMS
from tests.emulators.railway_upload import unpack

POLL_S = 5.0
_SLACK_S = 0.25  # of a timer, and of an answer on its way
_KNOWN = {OperationType.QUERY: QUERIES, OperationType.MUTATION: MUTATIONS, OperationType.SUBSCRIPTION: STREAMS}
_UNSENT = {".git", "node_modules"}


def request_breaches(request: Recorded) -> list[str]:
    """What is wrong with a request."""
    found: Iterable[str]
    if request.op == "up":
        found = [*_token(request), *_up(request)]
    elif request.op == "socket":
        found = [*_token(request), *_socket(request)]
    elif request.path == "/graphql/v2":
        found = [*_token(request), *_graphql(request)]
    else:
        found = [f"there is no {request.method} {request.path}"]
    return [f"{request.op}: {breach}" for breach in found]


def answer_breaches(request: Recorded) -> list[str]:
    """What is wrong with our answer: what the schema did not let through, and was no refusal."""
    return [f"{request.op}: {wrong}" for wrong in request.notes.get("wrong", ())]


def pace_breaches(requests: Iterable[Recorded], floor_s: float = POLL_S) -> list[str]:
    """Looks at one deployment that follow each other too quickly, by the host's clock.

    A look is free after whatever gave a reason for one: an act, an upload, a lost or finished stream, a failed look.
    """
    found = []
    looked: dict[str, float] = {}
    for request in requests:
        looks = request.notes.get("looks", ())
        if request.op not in QUERIES or request.status != 200 or request.fault:
            looked.clear()
            continue
        for id_ in looks:
            if id_ in looked and (after_s := request.at - looked[id_]) < floor_s - _SLACK_S:
                found.append(f"polling: deployment {id_} is looked at again after {after_s:.2f} s, not {floor_s:g} s")
            looked[id_] = request.at
    return found


def document_breaches(body: Any) -> list[str]:
    """What is wrong with a document, its variables and its name."""
    try:
        asked = read(body)
    except InErrors as error:
        return [error.value["errors"][0]["message"]]
    return [*complaints(best_schema(), asked), *_fields(asked), *_variables(asked)]


def _graphql(request: Recorded) -> Iterator[str]:
    if request.method != "POST":
        yield f"{request.method} is not how a document is sent"
        return
    kind = request.headers.get("content-type", "").partition(";")[0].strip()
    if kind != "application/json":
        yield f"content-type is {kind!r}, not application/json"
    if request.query:
        yield f"the query has {sorted(request.query)}, which nobody reads"
    if isinstance(request.body, dict) and (extra := unknown_keys(request.body)):
        yield f"the body has {sorted(extra)}, which nobody reads"
    yield from document_breaches(request.body)


def _fields(asked: Asked) -> Iterator[str]:
    for name in asked.fields:
        if name != "__typename" and name not in _KNOWN[asked.kind]:
            yield f"the {asked.kind.value} {name} is none that the emulator knows"


def _variables(asked: Asked) -> Iterator[str]:
    declared = {one.variable.name.value for one in asked.operation.variable_definitions or ()}
    for name in set(asked.variables) - declared:
        yield f"the variable {name} is sent, and not declared"


def _token(request: Recorded) -> Iterator[str]:
    bearer, project = request.headers.get("authorization"), request.headers.get("project-access-token")
    if bearer is not None and project is not None:
        yield "there are two tokens"
    if not bearer and not project:
        yield "there is no token"
    if bearer and not (bearer.startswith("Bearer ") and bearer[7:].strip()):
        yield "authorization is no Bearer token"
    if project is not None and project.lower().startswith("bearer"):
        yield "project-access-token is the bare token, without Bearer"


def _up(request: Recorded) -> Iterator[str]:
    if (kind := request.headers.get("content-type")) != "application/gzip":
        yield f"content-type is {kind!r}, not application/gzip"
    if extra := set(request.query) - {"serviceId", "message"}:
        yield f"the query has {sorted(extra)}, which nobody reads"
    if "serviceId" not in request.query:
        yield "serviceId is missing; it is empty where there is none"
    if "content-encoding" in request.headers:
        yield "content-encoding: the archive is the content"
    try:
        archive = unpack(request.raw)
    except ValueError as error:
        yield str(error)
        return
    if not archive.files:
        yield "the archive has no files"
    for name in [*archive.files, *archive.folders, *archive.others]:
        parts = name.split("/")
        if not name.startswith("./") and name != ".":
            yield f"{name!r} does not start with ./"
        if ".." in parts or "" in parts[1:-1] or "\\" in name:
            yield f"{name!r} is no path below the root"
        if _UNSENT & set(parts):
            yield f"{name!r} is never sent"
    yield from (f"{name!r} is neither a file nor a folder" for name in archive.others)
    yield from (f"{name!r} is there twice" for name in archive.twice)


def _socket(request: Recorded) -> Iterator[str]:
    offered = [name.strip() for name in request.headers.get("sec-websocket-protocol", "").split(",")]
    if "graphql-transport-ws" not in offered:
        yield "the subprotocol graphql-transport-ws is not offered"
    if request.path != "/graphql/v2":
        yield f"there is no socket at {request.path}"
    yield from request.notes.get("misspoken", ())
    for payload in request.notes.get("subscribed", ()):
        yield from document_breaches(payload)
