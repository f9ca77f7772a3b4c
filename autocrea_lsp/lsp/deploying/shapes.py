"""Deployments as they go over the wire."""

from __future__ import annotations

from typing import TYPE_CHECKING

from autocrea_lsp.lsp import wire

if TYPE_CHECKING:
    from autocrea_lsp.deploy.base import Plan, Remote
    from autocrea_lsp.deploy.jobs import Update
    from autocrea_lsp.store import DeploymentRow, DeploymentStats, LogLineRow


def deployment(row: DeploymentRow) -> wire.Deployment:
    """A row of the history."""
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
    )


def remote(found: Remote, provider: str) -> wire.Deployment:
    """What the host tells of one; its id is the host's."""
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
    )


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
    )
