"""What the host says of its small things: lines of a log, steps of a deployment, domains, triggers, moments."""

from __future__ import annotations

import datetime as dt
import itertools
from typing import Any

from tests.emulators.railway_plan import Entry
from tests.emulators.railway_things import Deployment, Domain, Instance, Service, Trigger

View = dict[str, Any]


def moment(at_s: float) -> str:
    """A DateTime: RFC 3339 with milliseconds."""
    return dt.datetime.fromtimestamp(at_s, tz=dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def log(shown: Deployment, entry: Entry) -> View:
    return {
        "timestamp": entry.timestamp,
        "message": entry.message,
        "severity": entry.severity,
        "attributes": entry.encoded,
        "tags": {
            "projectId": shown.project.id,
            "environmentId": shown.environment.id,
            "serviceId": shown.service.id,
            "deploymentId": shown.id,
            "snapshotId": shown.id[::-1],
        },
    }


_STEPS = {"INITIALIZING": "SNAPSHOT_CODE", "BUILDING": "BUILD_IMAGE", "DEPLOYING": "CREATE_CONTAINER"}


def events(shown: Deployment) -> list[View]:
    """What was done for it until now, step by step."""
    now_s = shown.clock.now()
    following = itertools.pairwise([*shown.course.states, (float("inf"), "")])
    return [
        {
            "id": f"{shown.id}-{step}",
            "step": step,
            "createdAt": moment(at_s),
            "completedAt": moment(ends_s) if ends_s <= now_s else None,
            "payload": {"error": "failed"} if after == "FAILED" and ends_s <= now_s else None,
        }
        for (at_s, state), (ends_s, after) in following
        if at_s <= now_s and (step := _STEPS.get(state))
    ]


def domain(owner: Service, place: Instance, shown: Domain) -> View:
    return {
        "id": shown.id,
        "domain": shown.domain,
        "createdAt": moment(shown.created_s),
        "environmentId": place.environment_id,
        "serviceId": owner.id,
        "projectId": owner.project_id,
        "suffix": "up.railway.app",
        "syncStatus": "ACTIVE",
        "targetPort": shown.target_port,
    }


def domains(owner: Service, place: Instance) -> View:
    return {"customDomains": [], "serviceDomains": [domain(owner, place, found) for found in place.domains]}


def trigger(shown: Trigger) -> View:
    return {
        "id": shown.id,
        "projectId": shown.project_id,
        "environmentId": shown.environment_id,
        "serviceId": shown.service_id,
        "branch": shown.branch,
        "repository": shown.repository,
        "provider": shown.provider,
        "checkSuites": shown.check_suites,
        "validCheckSuites": 0,
    }
