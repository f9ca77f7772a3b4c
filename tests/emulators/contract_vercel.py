"""What a client sends to Vercel and what the emulator answers, held against the published contract.

Two documents: the OpenAPI of October 2025 (which operations, parameters and fields there are, and which are required)
and the JSON Schema made from the vendor's SDK of 2026 (its enums). Where neither has something, a row of the tables
below says so, and what holds it instead: `trace` (recorded from the vendor's own clients), `sdk` (their source),
`reference` (../shared/reference/deploy-apis.md). A row that nothing needs fails a test.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from tests.emulators import contract
from tests.emulators import contract_vercel_tables as tables
from tests.emulators import vercel_routes as routes
from tests.emulators.contract import Operation
from tests.emulators.hosting.calls import Recorded
from tests.emulators.vercel_rules import Refused, check

OPENAPI = "vercel-openapi-2025-10-27-deploy-subset.json"
SDK = "vercel-sdk-1.28.35-deployments.jsonschema.json"
JSON, LINES = "application/json", "application/stream+json"


def request_breaches(request: Recorded) -> list[str]:
    """What the client did that the contract does not know."""
    return [f"{request.op} ({request.method} {request.path}): {text}" for text in _request(request)]


def answer_breaches(request: Recorded) -> list[str]:
    """What the emulator answered that the contract does not know."""
    return [f"{request.op} → {request.status}: {text}" for text in _answer(request)]


def operation(route: routes.Route, version: int) -> Operation | None:
    """The published operation of a route, or that of another version which holds it; None: there is none."""
    found = contract.document(OPENAPI)
    if found is None:
        return None
    if twin := tables.TWINS.get((route.op, version)):
        return found.operation(route.method, twin.instead_of)
    prefix = f"/v{version}" if version else ""
    return found.operation(route.method, f"{prefix}/{route.path}")


def _request(request: Recorded) -> Iterator[str]:
    if not re.fullmatch(r"(?i)bearer \S+", request.headers.get("authorization", "")):
        yield "it has no bearer token"
    try:
        route, version, _ = routes.find(request.method, request.path)
    except Refused:
        yield "there is no such operation"
        return
    yield from _rules(request)
    excused = tables.EXTRAS.get(route.op, {})
    in_sdk = [name for name, extra in excused.items() if extra.by == tables.SDK_SOURCE]
    document, published = contract.document(OPENAPI), operation(route, version)
    if document is None:
        return
    if published is None:
        yield from _unpublished(request, route.op, version)
        return
    query = {name: text for name, text in request.query.items() if f"?{name}" not in excused}
    yield from contract.query_errors(published, query)
    yield from _extras(request, excused)
    if published.body is None:
        if request.body not in (None, {}) and route.op != "upload_file":
            yield "it has a body, and the operation takes none"
    elif isinstance(request.body, dict | list):
        newer = contract.document(SDK, "createDeployment_request") if route.op == "create_deployment" else None
        body = _without(request.body, list(excused))
        yield from document.errors(published.body, body, relaxed=newer is not None)
        if newer:
            body = _without(request.body, [name for name in excused if name not in in_sdk])
            yield from newer.errors("", {"requestBody": body})
    else:
        yield "its body is no JSON"


def _unpublished(request: Recorded, op: str, version: int) -> Iterator[str]:
    if (held := tables.UNPUBLISHED.get((op, version))) is None:
        yield "the contract has no such operation, and no exception is listed"
        return
    for name in set(request.query) - {"teamId", "slug"} - held.query:
        yield f"query: {name} is none that {held.by} knows"
    if request.body not in (None, {}) and not held.body:
        yield "it has a body, and the operation takes none"


def _extras(request: Recorded, excused: Mapping[str, tables.Extra]) -> Iterator[str]:
    """The fields that no contract has: of the right kind at least."""
    for name, extra in excused.items():
        for value in _values(request, name):
            try:
                check(value, extra.kind, f".{name}")
            except Refused as refused:
                yield f"{name}: {refused.message}"


def _values(request: Recorded, name: str) -> list[Any]:
    """All values at `?parameter`, `field`, `field.field` or `field[].field`."""
    if name.startswith("?"):
        return [request.query[name[1:]]] if name[1:] in request.query else []
    values: list[Any] = [request.body]
    for part in name.split("."):
        found = [value[part.removesuffix("[]")] for value in values if _has(value, part)]
        values = [entry for value in found for entry in value] if part.endswith("[]") else found
    return values


def _has(value: Any, part: str) -> bool:
    name = part.removesuffix("[]")
    return isinstance(value, dict) and name in value and (name == part or isinstance(value[name], list))


def _without(value: Any, names: list[str]) -> Any:
    """A copy that lacks these fields."""
    if not isinstance(value, dict):
        return value
    made = {}
    for key, inner in value.items():
        if key in names:
            continue
        below = [name.partition(".")[2] for name in names if name.partition(".")[0] in (key, f"{key}[]")]
        if below and isinstance(inner, list):
            inner = [_without(entry, below) for entry in inner]
        made[key] = _without(inner, below) if below else inner
    return made


def _rules(request: Recorded) -> Iterator[str]:
    """What the vendor refuses and no schema can say; `reference` A1.3 and A1.4."""
    if request.op == "upload_file":
        digest = request.headers.get("x-vercel-digest") or request.headers.get("x-now-digest", "")
        if digest != hashlib.sha1(request.raw).hexdigest():  # noqa: S324  # the vendor's digest
            yield "the digest is not that of the bytes"
        if request.headers.get("content-type") != "application/octet-stream":
            yield "the content type is not application/octet-stream"
    if request.op == "create_deployment" and isinstance(request.body, dict):
        yield from _create_rules(request.body)


def _create_rules(body: Mapping[str, Any]) -> Iterator[str]:
    sources = [name for name in ("files", "gitSource", "deploymentId") if name in body]
    if len(sources) != 1:
        yield f"it needs one of files, gitSource and deploymentId, and has {sources or 'none'}"
    if body.get("target") == "preview":
        yield "a preview has no target"
    files = body.get("files", ())
    names = [item["file"] for item in files if isinstance(item, dict) and isinstance(item.get("file"), str)]
    if len(set(names)) < len(names):
        yield "two files have the same path"
    for name in names:
        if name.startswith(("/", "./")) or ".." in name.split("/") or "\\" in name:
            yield f"{name!r} is no relative POSIX path"
        if unicodedata.normalize("NFC", name) != name:
            yield f"{name!r} is not in NFC"
    for item in files:
        if isinstance(item, dict) and "data" not in item:
            if not re.fullmatch(r"[0-9a-f]{40}", str(item.get("sha"))):
                yield f"the digest of {item.get('file')!r} is none"
            if not isinstance(item.get("size"), int):
                yield f"the size of {item.get('file')!r} is missing"


def _answer(request: Recorded) -> Iterator[str]:
    if request.status is None or (request.answer is None and request.status >= 400):
        return
    if request.op == "unknown" or request.status >= 400:
        yield from _error(request)
        return
    route, version, _ = routes.find(request.method, request.path)
    document, published = contract.document(OPENAPI), operation(route, version)
    if document is None:
        return
    part = tables.SDK_ANSWERS.get(route.op)
    newer = contract.document(SDK, part) if part else None
    below, sdk_pointer = tables.FULLEST.get(route.op, ("", ""))
    yield from _status(request, route.op, published)
    entries = request.answer if isinstance(request.answer, list) and _is_stream(request) else [request.answer]
    for entry in entries:
        if published and not (isinstance(entry, dict) and entry.get("type") in tables.SDK_ONLY_EVENTS):
            media = LINES if _is_stream(request) else JSON
            if pointer := published.answers.get((request.status, media)):
                yield from document.errors(pointer + below, entry, relaxed=newer is not None)
        if newer:
            yield from newer.errors(sdk_pointer, entry)


def _is_stream(request: Recorded) -> bool:
    query = request.query
    return request.op == "runtime_logs" or query.get("follow") == "1" or query.get("format") == "lines"


def _error(request: Recorded) -> Iterator[str]:
    error = request.answer.get("error") if isinstance(request.answer, dict) else None
    if not isinstance(error, dict) or not all(isinstance(error.get(name), str) for name in ("code", "message")):
        yield "it is not in the form of an error"
    if request.fault or request.op == "unknown" or request.status in tables.STATUSES_OF_ALL:
        return
    route, version, _ = routes.find(request.method, request.path)
    yield from _status(request, route.op, operation(route, version))


def _status(request: Recorded, op: str, published: Operation | None) -> Iterator[str]:
    listed = tables.STATUSES.get(op, {})
    if published and request.status not in published.statuses and request.status not in listed:
        yield "the operation has no such status, and no exception is listed"
