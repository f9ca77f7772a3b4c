"""Deployments as they go over the wire."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from lsprotocol import types as lsp

from autocrea_lsp.lsp import wire
from autocrea_lsp.store import FINISHED

if TYPE_CHECKING:
    from autocrea_lsp.app_deploy import Host
    from autocrea_lsp.deploy.base import Plan, Remote
    from autocrea_lsp.deploy.jobs import Update
    from autocrea_lsp.lsp.server import AutocreaServer
    from autocrea_lsp.store import DeploymentRow, DeploymentStats, LogLineRow


def deployment(row: DeploymentRow, abilities: Collection[str] | None = None) -> wire.Deployment:
    """A row of the history; `abilities` of its host, where they were looked up."""
    return wire.Deployment(
        id=row.id,
        provider=row.provider,
        target=row.target,
        source=row.source,
        state=row.state,
        detail=row.detail,
        error=row.error,
        url=row.url,
        inspectUrl=row.inspect_url,
        project=row.project_name,
        account=row.account_name,
        createdAt=row.created_at,
        updatedAt=row.updated_at,
        finishedAt=row.finished_at,
        remoteId=row.remote_id,
        environment=list(row.env_names),
        acts=None if abilities is None else _acts(row, abilities),
    )


def _acts(row: DeploymentRow, abilities: Collection[str]) -> list[wire.DeploymentAct]:
    """What makes sense about one in that state, and its host can."""
    finished, up = row.finished, row.state == "success"
    there = bool(row.remote_id)
    fits: dict[wire.DeploymentAct, bool] = {
        "log": True,
        "cancel": not finished and ("cancel" in abilities or not there),  # what is not there yet is stopped here
        "redeploy": finished and there and "redeploy" in abilities,
        "promote": up and "promote" in abilities,
        "rollback": up and "rollback" in abilities,
    }
    return [act for act, fit in fits.items() if fit]


def remote(found: Remote, provider: str, abilities: Collection[str] | None = None) -> wire.Deployment:
    """What the host tells of one; its id is the host's. `abilities`: none where the history does not have it."""
    place = found.ref.place
    return wire.Deployment(
        id=found.ref.id,
        provider=provider,
        target=found.target,
        source=found.source,
        state=found.state,
        detail=found.detail or found.commit,
        error=found.error,
        url=found.url,
        inspectUrl=found.inspect_url,
        project=place.project_name,
        account=place.account_name,
        createdAt=found.created_at,
        updatedAt=found.created_at,
        remoteId=found.ref.id,
        live=found.live,
        acts=None if abilities is None else _acts_at_host(found, abilities),
    )


def _acts_at_host(found: Remote, abilities: Collection[str]) -> list[wire.DeploymentAct]:
    """The host says itself which ones can be gone back to."""
    if not abilities:
        return []
    finished, up = found.state in FINISHED, found.state == "success"
    fits: dict[wire.DeploymentAct, bool] = {
        "log": True,
        "cancel": not finished and "cancel" in abilities,
        "redeploy": finished and "redeploy" in abilities,
        "promote": up and not found.live and "promote" in abilities,
        "rollback": found.can_roll_back_to and not found.live and "rollback" in abilities,
    }
    return [act for act, fit in fits.items() if fit]


def host(row: Host) -> wire.DeployHost:
    return wire.DeployHost(
        name=row.name, title=row.title, local=row.local, linked=row.linked, abilities=list(row.abilities)
    )


def told(ls: AutocreaServer, answer: wire.DeployActAnswer) -> wire.DeployActAnswer:
    """The answer, shown here to somebody whose editor does nothing with the answer of a command."""
    if not ls.client.autocrea:
        ls.show(lsp.MessageType.Info, f"JoxCoder: {answer.text}")
    return answer


def line(row: LogLineRow) -> wire.DeployLine:
    return wire.DeployLine(seq=row.seq, at=row.at, text=row.text, level=row.level)


def event(update: Update) -> wire.DeployEvent:
    sent = update.sent
    return wire.DeployEvent(
        deployment=deployment(update.row),
        text=update.text,
        finished=update.finished,
        percent=update.percent,
        lines=[wire.DeployLine(seq=0, at=each.at, text=each.text, level=each.level) for each in update.lines],
        notices=list(update.notices),
        filesSent=sent.files if sent else None,
        filesTotal=sent.total_files if sent else None,
    )


def plan(found: Plan, provider: str) -> wire.DeployPlan:
    """What a dry run answers: every file that would go, and what was left out and why."""
    bundle = found.bundle
    return wire.DeployPlan(
        provider=provider,
        account=found.place.account_name,
        project=found.place.project_name,
        target=found.target,
        production=found.production,
        createsProject=found.creates_project,
        buildCommand=found.build_command,
        notes=list(found.notes),
        files=[wire.BundledFile(name=each.name, bytes=each.size) for each in bundle.files] if bundle else [],
        totalBytes=bundle.total_bytes if bundle else 0,
        leftOut=[wire.LeftOut(name=each.name, reason=each.reason) for each in bundle.skipped] if bundle else [],
    )


def stats(sums: DeploymentStats) -> wire.DeployStats:
    return wire.DeployStats(
        total=sums.total,
        byStatus=dict(sums.by_status),
        successRate=sums.success_rate,
        medianDurationS=sums.median_duration_s,
        hosts=[
            wire.DeployHostStats(provider=name, total=of_it.total, successRate=of_it.success_rate)
            for name, of_it in sums.by_host.items()
        ],
    )
