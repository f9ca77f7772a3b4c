"""Who uses this machine, for rows of the usage database."""

from __future__ import annotations

import getpass


def user_name() -> str:
    """The name of the account, or "user" where there is none to be found."""
    try:
        return getpass.getuser()
    except (OSError, KeyError, ImportError):
        return "user"
