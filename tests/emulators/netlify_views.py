"""What the emulated Netlify shows of its things, as JSON values."""

from __future__ import annotations

import datetime as dt
import mimetypes
from typing import Any

from tests.emulators.netlify_plan import Entry, Form
from tests.emulators.netlify_things import Account, Build, Deploy, Site, Team, Variable
from tests.emulators.netlify_world import World

Json = dict[str, Any]
_SCREENSHOT = "https://screenshots.netlify.app"
_PANEL = "https://app.netlify.com"


def time(at_s: float | None) -> str | None:
    """The host's form: `2026-11-24T15:00:00.123Z`."""
    if at_s is None:
        return None
    return dt.datetime.fromtimestamp(at_s, tz=dt.UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def user(world: World) -> Json:
    account = world.account
    return {
        "id": account.user,
        "uid": account.user,
        "full_name": account.full_name,
        "avatar_url": "https://www.example.com/avatar.png",
        "email": account.email,
        "affiliate_id": None,
        "site_count": len(world.sites),
        "created_at": "2020-01-01T00:00:00.000Z",
        "last_login": "2026-01-01T00:00:00.000Z",
        "login_providers": ["github"],
        "onboarding_progress": {"slides": "all"},
    }


def team(team: Team, account: Account, *, minimal: bool) -> Json:
    shown = {"id": team.id, "name": team.name, "slug": team.slug, "type": team.type}
    if minimal:
        return shown
    return {
        **shown,
        "capabilities": {"sites": {"included": 500, "used": 1}, "collaborators": {"included": 1, "used": 1}},
        "billing_name": account.full_name,
        "billing_email": account.email,
        "billing_details": None,
        "billing_period": "monthly",
        "payment_method_id": None,
        "type_name": team.type.title(),
        "type_id": "5f0000000000000000000f00",
        "owner_ids": [account.user],
        "roles_allowed": ["Owner", "Developer"],
        "created_at": "2020-01-01T00:00:00.000Z",
        "updated_at": "2020-01-01T00:00:00.000Z",
    }


def site(world: World, site: Site) -> Json:
    live = world.deploys.get(site.lived[-1]) if site.lived else None
    return {
        "id": site.id,
        "state": "current",
        "plan": "nf_team_pro",
        "name": site.name,
        "custom_domain": site.custom_domain,
        "domain_aliases": [],
        "password": None,
        "notification_email": None,
        "url": f"http://{site.host}",
        "ssl_url": f"https://{site.host}",
        "admin_url": f"{_PANEL}/projects/{site.name}",
        "screenshot_url": None,
        "created_at": time(site.created_s),
        "updated_at": time(site.updated_s),
        "user_id": world.account.user,
        "ssl": True,
        "force_ssl": True,
        "managed_dns": False,
        "deploy_url": f"http://main--{site.name}.netlify.app",
        "published_deploy": deploy(world, live) if live else None,
        "account_id": site.team.id,
        "account_name": site.team.name,
        "account_slug": site.team.slug,
        "git_provider": site.repo["provider"] if site.repo else None,
        "deploy_hook": f"https://api.netlify.com/hooks/github/{site.id}" if site.repo else None,
        "capabilities": {},
        "processing_settings": {"html": {"pretty_urls": True}},
        "build_settings": dict(site.repo) if site.repo else {},
        "id_domain": f"{site.id}.netlify.app",
        "build_image": "noble",
        "prerender": None,
    }


def deploy(world: World, deploy: Deploy) -> Json:
    at = deploy.alias or deploy.host
    ready_s = deploy.course.since(deploy.clock.now(), "ready")
    repository = (deploy.site.repo or {}).get("repo_url")
    return {
        "id": deploy.id,
        "site_id": deploy.site.id,
        "user_id": world.account.user,
        "build_id": deploy.build,
        "state": deploy.state,
        "name": deploy.site.name,
        "url": f"http://{deploy.site.host}",
        "ssl_url": f"https://{deploy.site.host}",
        "admin_url": f"{_PANEL}/projects/{deploy.site.name}",
        "deploy_url": f"http://{at}",
        "deploy_ssl_url": f"https://{at}",
        "screenshot_url": f"{_SCREENSHOT}/{deploy.id}.png" if ready_s is not None else None,
        "review_id": deploy.review,
        "draft": deploy.draft,
        "required": None if deploy.build else world.missing(deploy),
        "required_functions": [],
        "required_edge_functions": [],
        "error_message": deploy.error_message,
        "branch": deploy.branch,
        "commit_ref": deploy.commit,
        "commit_url": f"{repository}/commit/{deploy.commit}" if repository and deploy.commit else None,
        "skipped": deploy.skipped or None,
        "created_at": time(deploy.created_s),
        "updated_at": time(_changed_s(deploy)),
        "published_at": time(deploy.published_s),
        "title": deploy.title,
        "context": deploy.context,
        "locked": (deploy.site.locked and world.live(deploy.site.id) == deploy.id) or None,
        "review_url": None,
        "framework": deploy.framework,
        "function_schedules": [],
        "deploy_time": round(ready_s - deploy.created_s) if ready_s is not None else None,
        "links": {
            "permalink": f"https://{deploy.host}",
            "alias": f"https://{at}",
            "branch": f"https://{deploy.alias}" if deploy.alias else None,
        },
        "summary": _summary(deploy),
        "manual_deploy": deploy.build is None,
        "deploy_source": deploy.source,
    }


def _changed_s(deploy: Deploy) -> float:
    now_s = deploy.clock.now()
    return max([at for at, _ in deploy.course.states if at <= now_s] + [deploy.published_s or 0.0])


def _summary(deploy: Deploy) -> Json:
    if deploy.state != "ready":
        return {"status": "unavailable", "messages": []}
    text = f"{len(deploy.files)} new files uploaded"
    return {"status": "ready", "messages": [{"type": "info", "title": text, "description": None, "details": None}]}


def build(build: Build) -> Json:
    return {
        "id": build.id,
        "deploy_id": build.deploy.id,
        "sha": build.sha,
        "done": build.deploy.finished,
        "error": build.deploy.error_message,
        "created_at": time(build.created_s),
    }


def file(path: str, sha: str, size: int) -> Json:
    kind = mimetypes.guess_type(path)[0] or "application/octet-stream"
    return {"id": f"/{path}", "path": f"/{path}", "sha": sha, "mime_type": kind, "size": size}


def entry(number: int, entry: Entry, form: Form) -> Json:
    """A line of the log; the last one of a build's is a report."""
    line = entry.line
    key = ("message", "log")[number % 2] if form == "mixed" else form
    section = "building" if entry.report else line.section
    level = {"level": line.level} if line.level else {}
    return {"ts": time(entry.at_s), key: line.text, "section": section, "type": line.type, **level}


def variable(variable: Variable, account: Account) -> Json:
    """The values of a secret are not shown, but for those of local development."""
    hidden = {"value": ""} if variable.is_secret else {}
    return {
        "key": variable.key,
        "scopes": variable.scopes,
        "values": [
            value | (hidden if value["context"] not in ("dev", "dev-server") else {}) for value in variable.values
        ],
        "is_secret": variable.is_secret,
        "updated_at": time(variable.updated_s),
        "updated_by": {"id": account.user, "full_name": account.full_name, "email": account.email},
    }
