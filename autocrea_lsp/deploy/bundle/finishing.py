"""What `collect` does before and after its walk: what the user brings back, and what holds for the whole."""

from __future__ import annotations

import os
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from autocrea_lsp.deploy.bundle.entry import Bundle, BundleFile, HostRules, Skipped
from autocrea_lsp.errors import UserError


def included(project: Path, root: Path, names: Sequence[str]) -> Iterator[str]:
    """The names that the user brings back, as those of a bundle of `root`. Raises UserError for what is not there."""
    for given in names:
        path = Path(os.path.normpath(project / given))
        if Path(given).is_absolute() or not path.is_relative_to(root) or path == root or not os.path.lexists(path):
            raise UserError(
                f"There is no {given} to include below {root.name}.", hint="Name it from the project's folder."
            )
        yield unicodedata.normalize("NFC", path.relative_to(root).as_posix())


def finished(
    root: Path, rules: HostRules, include: frozenset[str], files: Sequence[BundleFile], skipped: Sequence[Skipped]
) -> Bundle:
    """The bundle. Raises UserError where it is empty, too large, or without something that was to be included."""
    found = Bundle(
        root=root,
        files=tuple(sorted(files, key=lambda file: file.name)),
        skipped=tuple(sorted(skipped, key=lambda each: each.name)),
        notes=tuple(_same_but_for_case(files)),
    )
    _nothing_missing(found, include)
    if not found.files:
        raise UserError(
            f"There are no files to deploy in {root.name}.{_left_out(skipped)}", hint="Is it the right folder?"
        )
    if rules.max_total_bytes is not None and found.total_bytes > rules.max_total_bytes:
        largest = max(files, key=lambda file: file.size)
        raise UserError(
            f"{found.total_bytes:,} bytes are more than {rules.title} takes ({rules.max_total_bytes:,}). "
            f"The largest file is {largest.name} with {largest.size:,}.",
            hint="Leave files out by .gitignore.",
        )
    return found


def _nothing_missing(found: Bundle, include: frozenset[str]) -> None:
    for name in sorted(include):
        if not any(file.name == name or file.name.startswith(f"{name}/") for file in found.files):
            why = next((f": it {each.reason}" for each in found.skipped if each.name == name), "")
            raise UserError(f"{name} cannot be included{why}.", hint="Name a file, or a folder with files in it.")


def _left_out(skipped: Sequence[Skipped]) -> str:
    if not skipped:
        return ""
    reasons = Counter(each.reason for each in skipped).most_common(3)
    return f" Left out: {', '.join(f'{count} ({reason})' for reason, count in reasons)}."


def _same_but_for_case(files: Sequence[BundleFile]) -> Iterator[str]:
    seen: dict[str, str] = {}
    for file in files:
        other = seen.setdefault(file.name.casefold(), file.name)
        if other != file.name:
            yield f"{other} and {file.name} are one file on a disk that does not know letter case."
