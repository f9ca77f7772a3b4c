"""What the host refuses of a request, in its own forms; kept apart from the contract, so that it needs no schema file.

It is laxer than the published contract wherever the vendor's own command line is, and stricter where that is silent:
both lists are in `contract_vercel`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

from tests.emulators.hosting import calls
from tests.emulators.vercel_things import SETTINGS

MAX_FILES = 15_000
MAX_INLINE_BYTES = 10_000_000
_SHA = re.compile(r"[0-9a-f]{40}")
_NAME = re.compile(r"(?!.*---)[a-z0-9._-]{1,100}")


class Refused(calls.Refused):
    """An answer that is an error: `{"error": {"code", "message", …}}`."""

    def __init__(self, status: int, code: str, message: str, **extra: Any) -> None:
        super().__init__(message)
        self.status, self.code, self.message, self.extra = status, code, message, extra

    def value(self, key: str = "error") -> dict[str, Any]:
        return {key: {"code": self.code, "message": self.message, **self.extra}}

    def answer(self) -> calls.Answer:
        return calls.Answer(status=self.status, value=self.value())


def not_found(what: str) -> Refused:
    return Refused(404, "not_found", f"The {what} was not found.")


def bad(message: str, *, path: str = "", keyword: str = "", **params: Any) -> Refused:
    """A request of the wrong shape, as the host's validator says it."""
    extra: dict[str, Any] = {"keyword": keyword, "dataPath": path, "params": params} if keyword else {}
    return Refused(400, "bad_request", f"Invalid request: {message}", **extra)


Kind = str | tuple[str, ...] | dict[str, Any] | Callable[[Any, str], None]
"""A word of `_TYPES`, alternatives, a closed object's fields, or a check of its own. "x?" may also be null."""

_TYPES: dict[str, Callable[[Any], bool]] = {
    "string": lambda value: isinstance(value, str),
    "boolean": lambda value: isinstance(value, bool),
    "integer": lambda value: isinstance(value, int) and not isinstance(value, bool),
    "number": lambda value: isinstance(value, int | float) and not isinstance(value, bool),
    "object": lambda value: isinstance(value, dict),
    "array": lambda value: isinstance(value, list),
}


def check(value: Any, kind: Kind, path: str = "") -> None:
    """Raises Refused when the value is not of the kind."""
    if isinstance(kind, dict):
        _expect(value, ("object",), path)
        for name in value:
            if name not in kind:
                message = f"should NOT have additional property `{name}`"
                raise bad(message, path=path, keyword="additionalProperties", additionalProperty=name)
        for name, inner in value.items():
            check(inner, kind[name], f"{path}.{name}")
    elif callable(kind):
        kind(value, path)
    else:
        _expect(value, (kind,) if isinstance(kind, str) else kind, path)


def _expect(value: Any, kinds: Iterable[str], path: str) -> None:
    for kind in kinds:
        if (kind.endswith("?") and value is None) or _TYPES[kind.rstrip("?")](value):
            return
    wanted = ",".join(kind.rstrip("?") for kind in kinds)
    raise bad(f"`{path.lstrip('.')}` should be {wanted}", path=path, keyword="type", type=wanted)


def _texts(value: Any, path: str) -> None:
    _expect(value, ("object",), path)
    for name, text in value.items():
        _expect(text, ("string",), f"{path}.{name}")


def _variables(value: Any, path: str) -> None:
    _expect(value, ("object",), path)
    for name, text in value.items():
        if not isinstance(text, str):
            raise Refused(400, "env_value_invalid_type", f"The value of {path.lstrip('.')}.{name} must be a string.")


def _files(value: Any, path: str) -> None:
    _expect(value, ("array",), path)
    if len(value) > MAX_FILES:
        message = f"`files` should NOT have more than {MAX_FILES} items"
        raise Refused(400, "too_many_files", f"Invalid request: {message}", limit=MAX_FILES)
    for index, item in enumerate(value):
        _file(item, f"{path}[{index}]")
    _conflicts([item["file"] for item in value])


def _file(item: Any, path: str) -> None:
    inline = isinstance(item, dict) and "data" in item
    data: dict[str, Kind] = {"data": "string", "encoding": "string"} if inline else {"sha": "string", "size": "integer"}
    check(item, {"file": "string", "mode": "integer", **data}, path)
    for name in ("file",) if inline else ("file", "sha", "size"):
        if name not in item:
            raise bad(f"missing required property `{name}`", path=path, keyword="required", missingProperty=name)
    if inline and item.get("encoding", "utf-8") not in ("base64", "utf-8"):
        raise bad("`encoding` should be base64 or utf-8", path=f"{path}.encoding", keyword="enum")
    if not inline and not _SHA.fullmatch(item["sha"]):
        raise bad("`sha` should be 40 hexadecimal digits", path=f"{path}.sha", keyword="pattern")
    name = item["file"]
    if not name or name.startswith("/") or ".." in name.split("/") or "\\" in name:
        raise bad(f"`file` should be a relative path, not {name!r}", path=f"{path}.file", keyword="pattern")


def _conflicts(names: list[str]) -> None:
    seen: set[str] = set()
    folders = {
        "/".join(parts[:depth]) for name in names for parts in [name.split("/")] for depth in range(1, len(parts))
    }
    for name in names:
        if name in seen:
            raise Refused(400, "conflicting_file_path", f"Two files have the path {name}.", fileName=name)
        if name in folders:
            raise Refused(400, "conflicting_path_segment", f"{name} is a file and a folder.", fileName=name)
        seen.add(name)


_GIT: dict[str, tuple[set[str], ...]] = {  # per type, the ways to name the repository
    "github": ({"repoId"}, {"org", "repo"}),
    "github-limited": ({"repoId"}, {"org", "repo"}),
    "gitlab": ({"projectId"},),
    "bitbucket": ({"repoUuid"}, {"owner", "slug"}),
}


def _git(value: Any, path: str) -> None:
    _expect(value, ("object",), path)
    kind = value.get("type")
    if kind not in _GIT:
        raise bad("`gitSource.type` is none that is known", path=f"{path}.type", keyword="enum")
    if not isinstance(value.get("ref"), str):
        raise bad("missing required property `ref`", path=path, keyword="required", missingProperty="ref")
    if not any(names <= set(value) for names in _GIT[kind]):
        raise bad("`gitSource` does not name a repository", path=path, keyword="anyOf")


_SETTINGS: Mapping[str, Kind] = {
    **dict.fromkeys(SETTINGS, "string?"),
    "commandForIgnoringBuildStep": "string?",
    "serverlessFunctionRegion": "string?",
    "nodeVersion": "string",
    "sourceFilesOutsideRootDirectory": "boolean",
    "skipGitConnectDuringLink": "boolean",
}
_GIT_METADATA: Mapping[str, Kind] = {
    **dict.fromkeys(("remoteUrl", "commitAuthorName", "commitAuthorEmail", "commitMessage"), "string"),
    **dict.fromkeys(("commitRef", "commitSha", "ciType", "ciGitProviderUsername", "ciGitRepoVisibility"), "string"),
    **dict.fromkeys(("dirty", "ci"), "boolean"),
    "rootDirectory": "string",
}
_CREATE: Mapping[str, Kind] = {
    **dict.fromkeys(("name", "project", "deploymentId", "target", "customEnvironmentSlugOrId", "source"), "string"),
    **dict.fromkeys(("autoAssignCustomDomains", "withLatestCommit"), "boolean"),
    "version": "number",
    "monorepoManager": "string?",
    "buildMachine": "string",
    "gitAccessToken": "string",
    "meta": _texts,
    "env": _variables,
    "build": {"env": _variables},
    "files": _files,
    "gitSource": _git,
    "gitMetadata": dict(_GIT_METADATA),
    "projectSettings": dict(_SETTINGS),
}


def check_create(body: Any) -> None:
    """A body of `POST /v13/deployments`."""
    check(body, dict(_CREATE))
    if "name" not in body:
        raise bad("missing required property `name`", keyword="required", missingProperty="name")
    sources = [name for name in ("files", "gitSource", "deploymentId") if name in body]
    if len(sources) > 1:
        raise bad(f"`{sources[0]}` and `{sources[1]}` cannot be used together", keyword="not")
    if not sources:
        raise bad("one of `files`, `gitSource` and `deploymentId` is needed", keyword="anyOf")
    if body.get("files") == []:
        raise bad("`files` should NOT have fewer than 1 items", path=".files", keyword="minItems")
    if sum(len(item.get("data", "")) for item in body.get("files", ())) > MAX_INLINE_BYTES:
        raise Refused(413, "request_entity_too_large", "Request Entity Too Large")


def check_project(body: Any) -> None:
    """A body of `POST …/projects`, as far as this host cares."""
    check(body, "object")
    if not isinstance(name := body.get("name"), str):
        raise bad("missing required property `name`", keyword="required", missingProperty="name")
    if not _NAME.fullmatch(name):
        message = "A project name has at most 100 lower-case letters, digits, `.`, `_` and `-`, and no `---`."
        raise Refused(400, "bad_request", message)
    for key in SETTINGS:
        check(body.get(key), "string?", f".{key}")


_ENV_TYPES = {"plain", "encrypted", "sensitive", "secret", "system"}
_ENV_TARGETS = {"production", "preview", "development"}
_ENV: Mapping[str, Kind] = {
    **dict.fromkeys(("key", "value", "type", "comment"), "string"),
    **dict.fromkeys(("target", "customEnvironmentIds"), "array"),
    "gitBranch": "string?",
}


def check_variable(body: Any, *, whole: bool) -> None:
    """A variable to add (`whole`) or to change."""
    check(body, dict(_ENV))
    for name in ("key", "value", "type") if whole else ():
        if name not in body:
            raise bad(f"missing required property `{name}`", keyword="required", missingProperty=name)
    if whole and not body.get("target") and not body.get("customEnvironmentIds"):
        raise bad("`target` or `customEnvironmentIds` is needed", keyword="anyOf")
    if body.get("type", "plain") not in _ENV_TYPES:
        raise bad("`type` is none that is known", path=".type", keyword="enum")
    if not _ENV_TARGETS.issuperset(body.get("target", ())):
        raise bad("`target` is none that is known", path=".target", keyword="enum")
    if body.get("type") == "sensitive" and "development" in body.get("target", ()):
        raise Refused(400, "bad_request", "A sensitive variable cannot be used in development.")
