"""A client of Netlify is held to its contract and our overlay: what is wrong is caught, each exception is needed."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from typing import Any

import pytest

from tests.emulators import contract
from tests.emulators import contract_netlify as held
from tests.emulators import contract_netlify_tables as tables
from tests.emulators.hosting.calls import Recorded
from tests.emulators.netlify_asking import digest, manifest
from tests.emulators.netlify_routes import OPERATIONS, ROUTES, Route, find

pytestmark = pytest.mark.skipif(not contract.SCHEMAS.is_dir(), reason=contract.ABSENT)

HEADERS = {"authorization": "Bearer token", "user-agent": "tests", "content-type": "application/json"}
VARIABLE = {"key": "A", "values": [{"value": "b", "context": "all"}], "scopes": ["builds"]}
FORM = {"provider": "github", "repo_path": "acme/site", "repo_branch": "main"}


def request(
    method: str, path: str, value: Any = None, *, query: dict[str, str] | None = None, **headers: str
) -> Recorded:
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    path = f"/api/v1/{path}"
    op, raw = find(method, path)[0].op, value if isinstance(value, bytes) else b""
    return Recorded(
        id=1, op=op, method=method, path=path, query=query or {}, headers=HEADERS | named, body=value, raw=raw
    )


def create(query: dict[str, str] | None = None, **fields: Any) -> Recorded:
    """`later`: what "async" says."""
    body = {"async" if name == "later" else name: value for name, value in fields.items()}
    return request("POST", "sites/s/deploys", {"draft": False, **body}, query=query)


def put(files: Any = None, **fields: Any) -> Recorded:
    """A right manifest, with these fields changed; `...` leaves one out."""
    value = {**manifest(), **({"files": files} if files is not None else {}), **fields}
    return request("PUT", "sites/s/deploys/d", {name: one for name, one in value.items() if one is not ...})


def upload(path: str = "a.js", *, kind: str = "application/octet-stream", notes: Any = None) -> Recorded:
    made = request("PUT", f"deploys/d/files/{path}", b"a", content_type=kind)
    made.notes.update(notes or {})
    return made


def env(value: Any) -> Recorded:
    return request("POST", "accounts/acme/env", value, query={"site_id": "s"})


def listed(**query: str) -> Recorded:
    return request("GET", "sites/s/deploys", query=query)


SHA = digest(b"a")

WRONG: dict[str, tuple[Recorded, Recorded]] = {
    "the digest of another algorithm": (put({"a.js": "0" * 64}), put({"a.js": SHA})),
    "a digest in capitals": (put({"a.js": SHA.upper()}), put({"/a.js": SHA})),
    "a name with a hash": (put({"a#b.js": SHA}), put({"a b.js": SHA})),
    "a name with a question mark": (put({"a?.js": SHA}), put({"a%3F.js": SHA})),
    "a path out of the root": (put({"../a.js": SHA}), put({"b/a.js": SHA})),
    "a path of another system": (put({"b\\a.js": SHA}), put({"b/a.js": SHA})),
    "a path that is not composed": (put({"e\u0301.js": SHA}), put({"\u00e9.js": SHA})),
    "a path twice": (put({"a.js": SHA, "/a.js": SHA}), put({"a.js": SHA, "b.js": SHA})),
    "no files": (put({}), put({"a.js": SHA})),
    "files that are a list": (put([["a.js", SHA]]), put({"a.js": SHA})),
    "a manifest that does not say whether it is a draft": (put(draft=...), put(draft=True)),
    "a manifest that does not say whether it is asynchronous": (put(**{"async": ...}), put(**{"async": True})),
    "a create that does not say whether it is a draft": (
        request("POST", "sites/s/deploys", {"branch": "x"}),
        create(branch="x"),
    ),
    "a create with files that does not say whether it is asynchronous": (
        create(files={"a.js": SHA}),
        create(files={"a.js": SHA}, later=False),
    ),
    "an unknown field": (put(idempotency_key="x"), put(framework="vite")),
    "an unknown field in a field": (create(server={"sha": "1", "size": 1}), create(server={"sha": "1"})),
    "a draft that is a text": (put(draft="yes"), put(draft=True)),
    "an empty branch": (create(branch=""), create(branch="x")),
    "an empty title": (create({"title": " "}), create({"title": "mark"})),
    "the title in the body": (create(title="mark"), create({"title": "mark"})),
    "no JSON": (request("POST", "sites/s/deploys", b"draft=1"), create()),
    "JSON under another name": (
        request("POST", "sites/s/deploys", {"draft": True}, content_type="text/plain"),
        create(draft=True),
    ),
    "a file under another name": (upload(kind="text/javascript"), upload()),
    "a slash that is escaped": (upload("b%2Fa.js"), upload("b/a.js")),
    "a sixth upload at once": (upload(notes={"parallel": 6}), upload(notes={"parallel": 5})),
    "a file that the manifest does not want": (upload(notes={"unwanted": "why"}), upload()),
    "an unknown parameter": (listed(limit="10"), listed(per_page="10", state="ready", branch="x", production="true")),
    "a flag that is a number": (listed(production="1"), listed(production="false")),
    "a page that is no number": (listed(page="last"), listed(page="2")),
    "a page that is too big": (listed(per_page="101"), listed(per_page="100")),
    "a flag that is none": (
        request("POST", "sites/s/builds", query={"clear_cache": "1"}),
        request("POST", "sites/s/builds", query={"clear_cache": "true", "branch": "x"}),
    ),
    "a commit to build": (
        request("POST", "sites/s/builds", query={"commit_ref": SHA}),
        request("POST", "sites/s/builds", query={"title": "x"}),
    ),
    "a body where none is taken": (
        request("POST", "deploys/d/cancel", {"why": 1}),
        request("POST", "deploys/d/cancel"),
    ),
    "an unknown context": (
        env([{**VARIABLE, "values": [{"value": "b", "context": "staging"}]}]),
        env([VARIABLE]),
    ),
    "a variable that is no list": (env(VARIABLE), env([VARIABLE])),
    "a variable without values": (env([{"key": "A"}]), env([VARIABLE])),
    "a repository's unknown field": (
        request("POST", "sites", {"repo": {**FORM, "command": "make"}}),
        request("POST", "sites", {"repo": {**FORM, "cmd": "make"}}),
    ),
    "a log with a parameter": (request("GET", "deploys/d/log", query={"since": "1"}), request("GET", "deploys/d/log")),
    "nobody asks": (request("GET", "user", user_agent=""), request("GET", "user")),
    "without a token": (request("GET", "user", authorization="Basic x"), request("GET", "user")),
}


@pytest.mark.parametrize("case", WRONG, ids=str)
def test_a_wrong_request_is_caught_and_the_right_one_passes(case: str) -> None:
    wrong, right = WRONG[case]
    assert held.request_breaches(wrong) != []
    assert held.request_breaches(right) == []


def test_a_request_to_nowhere_is_caught() -> None:
    nowhere = Recorded(id=1, op="unknown", method="GET", path="/api/v1/a/b/c", query={}, headers=HEADERS)
    assert len(held.request_breaches(nowhere)) == 1


# ---- the tables


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: f"{route.op}-{route.path}")
def test_each_operation_is_published_or_listed(route: Route) -> None:
    assert (held.published(route) is None) == (route.op in tables.UNPUBLISHED)


def test_no_row_is_of_an_operation_that_is_not_there() -> None:
    rows = set(tables.EXTRAS) | set(tables.UNPUBLISHED) | set(tables.DEMANDS) | set(tables.THINGS)
    assert rows | set(tables.SAME_BODY) | set(tables.SAME_BODY.values()) <= set(OPERATIONS)
    assert set(tables.NULLS) | set(tables.MORE_FIELDS) == set(tables.THINGS.values())


SAMPLES: dict[str, tuple[Recorded, Any]] = {
    "include_upload_url": (create(include_upload_url=True), "yes"),
    "deploy_source": (create(deploy_source="cli"), 1),
    "build_version": (put(build_version="35.15.0"), 35),
    "repo.repo": (request("POST", "sites", {"repo": {"provider": "github", "repo": "a/b"}}), 1),
    "repo.branch": (request("POST", "acme/sites", {"repo": {"provider": "github", "branch": "b"}}), 1),
    "repo.private": (request("PATCH", "sites/s", {"repo": {"provider": "github", "private": True}}), "no"),
}
ROWS = [(op, name) for op, extras in tables.EXTRAS.items() for name in extras]


@pytest.mark.parametrize(("op", "name"), ROWS, ids=str)
def test_each_extra_is_needed_and_of_its_kind(op: str, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    sample, wrong = SAMPLES[name]
    assert held.request_breaches(sample) == []
    bad = copy.deepcopy(sample)
    inner = bad.body["repo"] if name.startswith("repo.") else bad.body
    inner[name.rpartition(".")[2]] = wrong
    assert held.request_breaches(bad) != []
    fewer = {key: extra for key, extra in tables.EXTRAS[op].items() if key != name}
    monkeypatch.setattr(tables, "EXTRAS", {op: fewer})
    assert held.request_breaches(sample) != []


DEMANDED = [(op, field) for op, demand in tables.DEMANDS.items() for field in sorted(demand.fields)]
RIGHT: Mapping[str, Recorded] = {
    "create_deploy": create(),
    "set_manifest": put(),
    "create_env": env([VARIABLE]),
    "set_env": request("PUT", "accounts/acme/env/A", VARIABLE),
    "set_env_value": request("PATCH", "accounts/acme/env/A", {"context": "all", "value": "b"}),
}


@pytest.mark.parametrize(("op", "field"), DEMANDED, ids=str)
def test_each_demand_is_asked_for_by_us_alone(op: str, field: str, monkeypatch: pytest.MonkeyPatch) -> None:
    right = RIGHT[op]
    assert (right.op, held.request_breaches(right)) == (op, [])
    lacking = copy.deepcopy(right)
    del (lacking.body[0] if isinstance(lacking.body, list) else lacking.body)[field]
    assert len(held.request_breaches(lacking)) == 1
    monkeypatch.setattr(tables, "DEMANDS", {})
    assert held.request_breaches(lacking) == []
