"""What the emulated Netlify adds to the commands from outside, and what `state` shows."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.emulators.netlify_world import World


def command(world: World, name: str, values: Mapping[str, Any]) -> dict[str, Any]:
    """`site`: fields of `World.add_site`; `deployment`: an old one of `{"site": id or name}`; `review`: `{"deploy",
    "accept"}`. Raises ValueError for a command that there is not, KeyError for a thing that there is not."""
    match name:
        case "site":
            made = world.add_site(**values)
            return {"id": made.id, "name": made.name}
        case "deployment":
            if (site := world.find_site(values["site"])) is None:
                raise KeyError(values["site"])
            deploy = world.add_deploy(site, **{key: value for key, value in values.items() if key != "site"})
            return {"id": deploy.id, "url": f"https://{deploy.host}"}
        case "review":
            world.review(world.deploys[values["deploy"]], accept=values["accept"])
            return {"ok": True}
    raise ValueError(f"unknown command {name!r}")


def state(world: World) -> dict[str, Any]:
    """Everything that a test may want to look at, the newest deploy first."""
    return {
        "files": sorted(world.files),
        "deleted": sorted(world.deleted),
        "env": world.env,
        "sites": [
            {
                "id": site.id,
                "name": site.name,
                "account": site.team.slug,
                "repo": site.repo,
                "live": site.lived[-1] if site.lived else None,
                "locked": site.locked,
            }
            for site in world.sites.values()
        ],
        "deployments": [
            {
                "id": deploy.id,
                "site": deploy.site.id,
                "url": f"https://{deploy.alias or deploy.host}",
                "state": deploy.state,
                "error": deploy.error_message,
                "context": deploy.context,
                "draft": deploy.draft,
                "branch": deploy.branch,
                "title": deploy.title,
                "source": deploy.source,
                "published": deploy.site.lived[-1:] == [deploy.id],
                "files": sorted(deploy.files),
            }
            for deploy in sorted(world.deploys.values(), key=lambda deploy: -deploy.number)
        ],
    }
