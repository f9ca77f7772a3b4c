"""Every exception from Vercel's published contract, and what holds it instead; read by `contract_vercel`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from tests.emulators.vercel_rules import Kind

TRACE = "trace vercel.trace.jsonl"
FIRST_RUN = "trace vercel-firstrun.trace.jsonl"
SDK_TRACE = "trace vercel-sdk.trace.jsonl"
SDK_SOURCE = "sdk 1.28.35"
CLI_RUN = "the vendor's command line 64.0.2, run by make yardsticks"
REFERENCE = "reference A1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Extra:
    """A field or parameter that is sent and accepted though the contract lacks it. `kind`: what it must be."""

    kind: Kind
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Twin:
    """A version that the contract lacks of an operation that it has: held by the version `instead_of`."""

    instead_of: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpublished:
    """An operation that the contract lacks. `query`: its parameters but the scope; `body`: it may have one."""

    by: str
    query: frozenset[str] = frozenset()
    body: bool = False


_ENV: Kind = "object"

EXTRAS: Mapping[str, Mapping[str, Extra]] = {
    "create_deployment": {
        "env": Extra(kind=_ENV, by=FIRST_RUN),
        "build": Extra(kind={"env": _ENV}, by=FIRST_RUN),
        "version": Extra(kind="integer", by=TRACE),
        "source": Extra(kind="string", by=TRACE),
        "autoAssignCustomDomains": Extra(kind="boolean", by=FIRST_RUN),
        "files[].mode": Extra(kind="integer", by=TRACE),
        "gitMetadata.rootDirectory": Extra(kind="string", by=SDK_SOURCE),
        "buildMachine": Extra(kind="string", by=SDK_SOURCE),
        "gitAccessToken": Extra(kind="string", by=SDK_SOURCE),
    },
    "events": {"?format": Extra(kind="string", by=TRACE), "?follow": Extra(kind="string", by=TRACE)},
    "get_project": {"?rollbackInfo": Extra(kind="string", by=TRACE)},
    "team": {"?teamId": Extra(kind="string", by=TRACE)},
    "delete_deployment": {"?hard": Extra(kind="string", by=CLI_RUN)},
}
"""`?name` is a parameter; `a.b` and `a[].b` are fields; those that are by the SDK are held by its schema as well.
`follow` comes empty from the vendor's command line."""

TWINS: Mapping[tuple[str, int], Twin] = {
    ("list_deployments", 7): Twin(instead_of="/v6/deployments", by=SDK_TRACE),
    ("create_project", 1): Twin(instead_of="/v11/projects", by=FIRST_RUN),
    ("team", 0): Twin(instead_of="/v2/teams/{}", by=TRACE),
    ("teams", 1): Twin(instead_of="/v2/teams", by=TRACE),
    ("deployment_aliases", 0): Twin(instead_of="/v2/deployments/{}/aliases", by=TRACE),
    ("delete_deployment", 0): Twin(instead_of="/v13/deployments/{}", by=CLI_RUN),
    ("job_aliases", 9): Twin(instead_of="/v1/projects/{}/promote/aliases", by=REFERENCE),
}

UNPUBLISHED: Mapping[tuple[str, int], Unpublished] = {
    ("rollback", 1): Unpublished(by=SDK_TRACE, query=frozenset({"description"})),
    ("rollback", 9): Unpublished(by=TRACE),
    ("rollback_description", 1): Unpublished(by=SDK_SOURCE, body=True),
    ("job_aliases", 1): Unpublished(by=REFERENCE, query=frozenset({"limit", "since", "until", "failedOnly"})),
    ("custom_environments", 0): Unpublished(by=TRACE),
    ("builds", 11): Unpublished(by=TRACE),
    ("pull_env", 3): Unpublished(by=CLI_RUN, query=frozenset({"source"})),
}

SDK_ANSWERS: Mapping[str, str] = {
    "create_deployment": "createDeployment_200",
    "get_deployment": "getDeployment_200",
    "list_deployments": "getDeployments_200",
    "cancel_deployment": "cancelDeployment_200",
    "events": "getDeploymentEvents_200",
    "upload_file": "uploadFile_200",
    "job_aliases": "listPromoteAliases_200",
}
"""Answers whose enums the SDK's schema holds; the OpenAPI's enums of these are older, and not read."""

FULLEST: Mapping[str, tuple[str, str]] = {
    "get_deployment": ("/anyOf/0", "/definitions/getDeployment_200/anyOf/0"),
    "create_deployment": ("", "/definitions/createDeployment_200/anyOf/0"),
    "upload_file": ("/anyOf/0", "/definitions/uploadFile_200/anyOf/0"),
    "job_aliases": ("/anyOf/1", "/definitions/listPromoteAliases_200/anyOf/0"),
    "list_env": ("/anyOf/1", ""),
    "edit_env": ("/anyOf/0", ""),
}
"""Of answers with several alternatives, the one that ours is: the others are so thin that anything fits them. Below the
OpenAPI's schema, and in the SDK's document."""

SDK_ONLY_EVENTS = {"alias-assigned"}  # an entry of the log that the OpenAPI is too old to know

STATUSES_OF_ALL: Mapping[int, str] = {405: REFERENCE, 429: REFERENCE, 500: REFERENCE, 502: REFERENCE, 503: REFERENCE}

STATUSES: Mapping[str, Mapping[int, str]] = {
    "get_project": {404: FIRST_RUN},
    "list_env": {404: TRACE},
    "create_deployment": {413: REFERENCE},
    "upload_file": {413: REFERENCE},
    "read_env": {404: REFERENCE},
    "delete_project": {404: REFERENCE},
    "promote": {404: REFERENCE},
    "events": {404: "reference C1: the negative runs"},
    "runtime_logs": {404: REFERENCE},
    "file_content": {200: f"{REFERENCE}; the contract has no answer but refusals"},
}
"""Statuses that are missing from the contract: by operation, and what shows them."""
