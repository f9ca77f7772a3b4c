"""`autocrea-lsp`, and `python -m autocrea_lsp`: serves on stdio when there is nothing else to do."""

from __future__ import annotations

import os
import sys

# What editors add to a language server's command line; they all mean: serve on stdio.
_STDIO = ("--stdio", "--clientProcessId")


def main() -> None:
    """The entry point. Serving does not pay for the command line's imports."""
    arguments = sys.argv[1:]
    if arguments[:1] == ["serve"]:
        arguments = arguments[1:]
    if all(argument.startswith(_STDIO) for argument in arguments):
        from autocrea_lsp.errors import AutocreaError
        from autocrea_lsp.lsp.serve import serve

        try:
            code = serve()
        except AutocreaError as error:
            print(f"autocrea-lsp: {error.advice}", file=sys.stderr)  # noqa: T201  # there is no client yet
            code = 1
        # A library's thread that still waits (a keyring's dialog, a name lookup) must not hold up the end.
        os._exit(code)
    from autocrea_lsp.cli import run

    run()


if __name__ == "__main__":
    main()
