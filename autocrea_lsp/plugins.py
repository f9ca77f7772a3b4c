"""What other packages bring: entry points of a group by name, loaded when they are first used."""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points
from typing import Any

from autocrea_lsp.errors import UserError


class Registry:
    """The entry points of one group. Ours come with this package and are found the same way."""

    def __init__(self, group: str) -> None:
        self.group = group
        self._found: dict[str, EntryPoint] | None = None
        self._loaded: dict[str, Any] = {}

    def names(self) -> list[str]:
        """All of them, in alphabetical order; nothing is loaded for it."""
        return sorted(self._points())

    def load(self, name: str) -> Any:
        """What the entry point names. Raises UserError for one that is not there, or that cannot be loaded."""
        if name in self._loaded:
            return self._loaded[name]
        point = self._points().get(name)
        if point is None:
            raise UserError(f"There is no {name[:80]!r}.", hint=f"There are: {', '.join(self.names()) or 'none'}.")
        try:
            self._loaded[name] = point.load()
        except Exception as error:  # boundary: somebody else's package, which may fail in any way when it is imported
            package = point.dist.name if point.dist is not None else "the package that brings it"
            raise UserError(
                f"{name!r} cannot be used: loading {point.value} failed ({type(error).__name__}).",
                hint=f"Update or remove {package}.",
            ) from error
        return self._loaded[name]

    def _points(self) -> dict[str, EntryPoint]:
        if self._found is None:
            self._found = {point.name: point for point in entry_points(group=self.group)}
        return self._found
