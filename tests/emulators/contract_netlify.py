"""What a client sends to Netlify and what the emulator answers, held against the published contract and our overlay.

The contract is loose: nothing in it is required and everything is allowed. So bodies may only have the fields that it
names, and must have those that the vendor's own command line sends and that matter; digests, paths, media types and the
number of uploads at once are held to what the host is known to want. The tables have every exception, with a reason; a
row that nothing needs fails a test.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from tests.emulators import contract_netlify_swagger as swagger
from tests.emulators import contract_netlify_tables as tables
from tests.emulators import netlify_routes as routes
from tests.emulators.hosting.calls import Recorded, Refused

MAX_PARALLEL_UPLOADS = 5
MAX_PER_PAGE = 100
_SHA = re.compile(r"[0-9a-f]{40}")
_TYPES: Mapping[str, type] = {"string": str, "boolean": bool}
_ERROR = "/definitions/error"
_EMPTY = (204,)


def request_breaches(request: Recorded) -> list[str]:
    """What the client did that the contract or the overlay does not know."""
    return [f"{request.op} ({request.method} {request.path}): {text}" for text in _request(request)]


def answer_breaches(request: Recorded) -> list[str]:
    """What the emulator answered that the contract does not know."""
    return [f"{request.op} → {request.status}: {text}" for text in _answer(request)]


def published(route: routes.Route) -> swagger.Published | None:
    """The contract's operation of a route; None: it has none."""
    return swagger.operation(route.method, re.sub(r"\*\}", "}", route.path))


def _request(request: Recorded) -> Iterator[str]:
    if request.op == routes.SOCKET_OP:
        yield from _socket(request)
        return
    if not re.fullmatch(r"(?i)bearer \S+", request.headers.get("authorization", "")):
        yield "it has no bearer token"
    if not request.headers.get("user-agent", "").strip():
        yield "it does not say who asks (User-Agent)"
    try:
        route, params = routes.find(request.method, request.path)
    except Refused:
        yield "there is no such operation"
        return
    yield from _rules(request, params)
    if swagger.root() is None:
        return
    known = published(route)
    if known is None:
        yield from _unpublished(request)
        return
    excused = tables.EXTRAS.get(tables.SAME_BODY.get(route.op, route.op), {})
    yield from swagger.query_errors(known.parameters, request.query)
    yield from _extras(request, excused)
    yield from _body(request, known, excused)


def _unpublished(request: Recorded) -> Iterator[str]:
    if request.op not in tables.UNPUBLISHED:
        yield "the contract has no such operation, and no exception is listed"
    for name in request.query:
        yield f"query: {name} is no parameter"
    if request.body is not None:
        yield "it has a body, and the operation takes none"


def _body(request: Recorded, known: swagger.Published, excused: Mapping[str, tables.Extra]) -> Iterator[str]:
    kind = request.headers.get("content-type", "")
    if known.takes_bytes:
        if kind != "application/octet-stream":
            yield "the content type is not application/octet-stream"
        return
    if kind.startswith("application/zip") and request.op in ("create_deploy", "create_build"):
        return
    if known.body is None:
        if request.body not in (None, {}):
            yield "it has a body, and the operation takes none"
        return
    if not isinstance(request.body, dict | list):
        yield "its body is no JSON"
        return
    if not kind.startswith("application/json"):
        yield "the content type is not application/json"
    body = _without(request.body, list(excused))
    yield from swagger.errors(known.body, body)
    for name in swagger.unknown(known.body_schema, body):
        yield f"{name} is no field of the body"
    yield from _demands(request)


def _demands(request: Recorded) -> Iterator[str]:
    if (demand := tables.DEMANDS.get(request.op)) is None:
        return
    for body in request.body if isinstance(request.body, list) else [request.body]:
        missing = demand.fields - set(body)
        if request.op == "create_deploy" and "files" in body:
            missing |= {"async"} - set(body)
        if missing:
            yield f"the body does not say {', '.join(sorted(missing))}"


def _extras(request: Recorded, excused: Mapping[str, tables.Extra]) -> Iterator[str]:
    """The fields that no contract has: of the right kind at least."""
    for name, extra in excused.items():
        value = _at(request, name)
        if value is not None and (not isinstance(value, _TYPES[extra.kind]) or value == ""):
            yield f"{name}: {value!r} is no {extra.kind}"


def _at(request: Recorded, name: str) -> Any:
    value: Any = request.body
    for part in name.split("."):
        value = value.get(part) if isinstance(value, dict) else None
    return value


def _without(value: Any, names: list[str]) -> Any:
    """A copy that lacks these fields."""
    if not isinstance(value, dict):
        return value
    below = {key: [name.partition(".")[2] for name in names if name.startswith(f"{key}.")] for key in value}
    return {key: _without(inner, below[key]) for key, inner in value.items() if key not in names}


def _rules(request: Recorded, params: Mapping[str, str]) -> Iterator[str]:
    """What the host is known to want and no schema can say; `reference` A2."""
    if request.op == "upload_file":
        yield from _upload(request, params)
    if request.op in ("create_deploy", "set_manifest") and isinstance(request.body, dict) and "files" in request.body:
        yield from _manifest(request.body["files"])
    if "title" in request.query and not request.query["title"].strip():
        yield "the title is empty"
    if isinstance(request.body, dict) and request.body.get("branch") == "":
        yield "the branch is empty"
    per_page = request.query.get("per_page", "1")
    if per_page.isdigit() and not 1 <= int(per_page) <= MAX_PER_PAGE:
        yield f"query: per_page={per_page} is not between 1 and {MAX_PER_PAGE}"


def _upload(request: Recorded, params: Mapping[str, str]) -> Iterator[str]:
    if request.notes.get("parallel", 1) > MAX_PARALLEL_UPLOADS:
        yield f"more than {MAX_PARALLEL_UPLOADS} uploads at once"
    if "unwanted" in request.notes:
        yield request.notes["unwanted"]
    if re.search(r"(?i)%2f", request.path):
        yield "a slash of the path is escaped"
    yield from _path(params["path"])


def _manifest(files: Any) -> Iterator[str]:
    if not isinstance(files, dict):
        return  # the contract says so
    if not files:
        yield "the manifest has no files"
    for path, sha in files.items():
        yield from _path(path.removeprefix("/"))
        if not isinstance(sha, str) or not _SHA.fullmatch(sha):
            yield f"the digest of {path!r} is no SHA-1 in small hexadecimal digits"
    if len({path.removeprefix("/") for path in files}) < len(files):
        yield "a path is there with and without a slash"


def _path(path: str) -> Iterator[str]:
    if not path or path.startswith(("/", "./")) or ".." in path.split("/") or "\\" in path:
        yield f"{path!r} is no relative POSIX path"
    if "#" in path or "?" in path:
        yield f"{path!r} has a # or a ?"
    if unicodedata.normalize("NFC", path) != path:
        yield f"{path!r} is not in NFC"


def _socket(request: Recorded) -> Iterator[str]:
    """The first message of the log's socket, once it came."""
    if request.body is None:
        return
    wanted = {"deploy_id", "site_id", "access_token"}
    if not isinstance(request.body, dict) or set(request.body) != wanted:
        yield f"the first message must have {', '.join(sorted(wanted))} and nothing else"
    elif not all(isinstance(value, str) and value for value in request.body.values()):
        yield "the first message must have texts"


def _answer(request: Recorded) -> Iterator[str]:
    if request.status is None or request.op == routes.SOCKET_OP or swagger.root() is None:
        return
    if request.status >= 400:
        if request.answer is not None:  # else it is no JSON, on purpose
            yield from swagger.errors(_ERROR, request.answer)
        return
    route, _ = routes.find(request.method, request.path)
    known = published(route)
    if known is None:
        return
    if request.status not in known.answer_schemas:
        yield "the operation has no such status"
    elif request.status in _EMPTY:
        if request.answer is not None:
            yield "it has a body"
    else:
        thing = tables.THINGS.get(route.op, "")
        value = _excused(request.answer, thing)
        yield from swagger.errors(known.answers[request.status], value)
        for name in swagger.unknown(known.answer_schemas[request.status], value):
            yield f"{name} is no field of the answer"


def _excused(value: Any, thing: str) -> Any:
    """Without the nulls and the fields that the tables let pass."""
    if isinstance(value, list):
        return [_excused(entry, thing) for entry in value]
    if not isinstance(value, dict):
        return value
    nulls, more = tables.NULLS.get(thing, frozenset()), tables.MORE_FIELDS.get(thing, {})
    return {
        name: _excused(inner, "deploy") if name == "published_deploy" else inner
        for name, inner in value.items()
        if name not in more and (inner is not None or name not in nulls)
    }
