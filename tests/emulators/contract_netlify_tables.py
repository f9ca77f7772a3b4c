"""Our stricter overlay on Netlify's loose contract, and every exception from it; read by `contract_netlify`.

`by` says what holds a row: `trace` (recorded from the vendor's own command line), `cli` (its source), `reference`
(../shared/reference/deploy-apis.md), `observed` (answers of the live host that others published).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

TRACE = "trace netlify.trace.jsonl"
CLI = "cli 26.2.0"
REFERENCE = "reference A2"
OBSERVED = "observed: the host writes null for what is not there, and more than it publishes"

Kind = Literal["string", "boolean"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Extra:
    """A field that is sent and accepted though the contract lacks it. `kind`: what it must be."""

    kind: Kind
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Unpublished:
    """An operation that the contract lacks; it has neither parameters nor a body."""

    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """Fields of the body that the contract does not ask for and we do."""

    fields: frozenset[str]
    by: str


EXTRAS: Mapping[str, Mapping[str, Extra]] = {
    "create_deploy": {
        "include_upload_url": Extra(kind="boolean", by=TRACE),
        "deploy_source": Extra(kind="string", by=TRACE),
    },
    "set_manifest": {"build_version": Extra(kind="string", by=TRACE)},
    "create_site": {
        "repo.repo": Extra(kind="string", by=REFERENCE),
        "repo.branch": Extra(kind="string", by=REFERENCE),
        "repo.private": Extra(kind="boolean", by=REFERENCE),
    },
}
"""`a.b` is a field in a field. The makers of a team's site are held by those of any site."""

SAME_BODY: Mapping[str, str] = {"create_team_site": "create_site", "update_site": "create_site"}

UNPUBLISHED: Mapping[str, Unpublished] = {
    "deploy_log": Unpublished(by=CLI),
}

DEMANDS: Mapping[str, Demand] = {
    "create_deploy": Demand(fields=frozenset({"draft"}), by=TRACE),
    "set_manifest": Demand(fields=frozenset({"files", "draft", "async"}), by=TRACE),
    "create_env": Demand(fields=frozenset({"key", "values"}), by=REFERENCE),
    "set_env": Demand(fields=frozenset({"values"}), by=REFERENCE),
    "set_env_value": Demand(fields=frozenset({"context", "value"}), by=REFERENCE),
}
"""What a body must say for itself: the host's defaults publish, and hold the connection while they read a manifest."""

NULLS: Mapping[str, frozenset[str]] = {
    "user": frozenset({"affiliate_id"}),
    "accounts": frozenset({"billing_details", "payment_method_id"}),
    "site": frozenset(
        {
            "custom_domain",
            "password",
            "notification_email",
            "screenshot_url",
            "published_deploy",
            "git_provider",
            "deploy_hook",
            "prerender",
        }
    ),
    "deploy": frozenset(
        {
            "build_id",
            "screenshot_url",
            "review_id",
            "required",
            "error_message",
            "commit_ref",
            "commit_url",
            "skipped",
            "published_at",
            "title",
            "locked",
            "review_url",
            "framework",
        }
    ),
    "build": frozenset({"error"}),
}
"""Fields of answers that are null where there is nothing, by the thing that they are of; by OBSERVED."""

MORE_FIELDS: Mapping[str, Mapping[str, str]] = {
    "deploy": {
        "deploy_time": OBSERVED,
        "links": OBSERVED,
        "summary": REFERENCE,
        "manual_deploy": OBSERVED,
        "deploy_source": REFERENCE,
    },
}
"""Fields of answers that the contract lacks, by the thing that they are of."""

THINGS: Mapping[str, str] = {
    "user": "user",
    "accounts": "accounts",
    "list_sites": "site",
    "list_team_sites": "site",
    "create_site": "site",
    "create_team_site": "site",
    "get_site": "site",
    "update_site": "site",
    "list_deploys": "deploy",
    "create_deploy": "deploy",
    "get_deploy": "deploy",
    "set_manifest": "deploy",
    "restore_deploy": "deploy",
    "cancel_deploy": "deploy",
    "lock": "deploy",
    "unlock": "deploy",
    "create_build": "build",
    "list_builds": "build",
    "get_build": "build",
}
"""What the answers of an operation are, where `NULLS` or `MORE_FIELDS` has a row for it."""
