"""`autocrea-lsp deploy`: deploy from a shell, and everything about deployments that an editor's palette has.

    deploy [PROVIDER] [--prod] …     deploy the folder, watch it to its end; a host that is named is remembered
    deploy list|status|logs|stats    what was deployed
    deploy cancel|rollback|promote|redeploy|open|link|env|forget

Exit codes: `exits`. What is printed: the answer on stdout, everything on the way to it on stderr.
"""

from __future__ import annotations

from typing import Any

import typer
from typer.core import TyperGroup

from autocrea_lsp.cli.deploy import acts, exits, history, start


class _WithDefault(TyperGroup):
    """`deploy vercel` and `deploy --prod` are `deploy start …`: the first word is no command of ours."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        known = {*self.commands, *ctx.help_option_names}
        if not args or args[0] not in known:
            args = [start.NAME, *args]
        return super().parse_args(ctx, args)


def register(app: typer.Typer) -> None:
    """Add `deploy` and its commands to the command line."""
    deploy = typer.Typer(
        cls=_WithDefault,
        help=f"Deploy the folder, and look after what was deployed.\n\n{exits.HELP}",
        no_args_is_help=False,
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    for part in (start, history, acts):
        part.register(deploy)
    app.add_typer(deploy, name="deploy")
