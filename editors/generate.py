"""Writes what the editors and the README must know from what the Python says (`make gen`).

    editors/generate.py            writes what differs
    editors/generate.py --check    writes nothing; exits 1 and names each file that differs

From `autocrea_lsp.settings`: README's table, VS Code's contributed settings, the Lua class of the settings. From
`autocrea_lsp.lsp.wire`: README's table, names and shapes for TypeScript and Lua (`wire_types.py`). Texts come out as
StyLua formats them, and `package.json` as npm writes it, so that no formatter undoes what is written here.
"""
# ruff: noqa: INP001  # a script and its module, not a package

from __future__ import annotations

import argparse
import json
import sys
import typing
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Literal

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))  # this tree's package, also when the tree is a copy beside an installed one

from wire_types import Contract, lua, lua_settings, read_contract, typescript  # noqa: E402  # needs the path above

from autocrea_lsp import settings  # noqa: E402

REPOSITORY = {"never": "no", "narrow": "only off", "any": "yes"}  # column "Repository" of README's table


def main(arguments: Sequence[str] | None = None) -> int:
    """Writes, or with `--check` compares; 1 when a compared file differs."""
    parser = argparse.ArgumentParser(description="Generate what the editors and the README share with the server.")
    parser.add_argument("--check", action="store_true", help="write nothing; fail when a file differs")
    check = parser.parse_args(arguments).check
    differing = {name: text for name, text in outputs(ROOT).items() if _read(ROOT / name) != text}
    for name, text in differing.items():
        if not check:
            (ROOT / name).parent.mkdir(parents=True, exist_ok=True)
            (ROOT / name).write_text(text, "utf-8", newline="\n")
        sys.stdout.write(f"{name}: {'differs, run make gen' if check else 'written'}\n")
    return 1 if check and differing else 0


def outputs(root: Path) -> dict[str, str]:
    """Each generated file's path in the tree, and what it must hold."""
    rows, contract = list(settings.rows()), read_contract()
    return {
        "README.md": readme_with_tables(_read(root / "README.md"), rows, contract),
        "editors/vscode/package.json": manifest_with_settings(_read(root / "editors/vscode/package.json"), rows),
        **{f"editors/vscode/src/{name}": text for name, text in typescript(contract).items()},
        **{f"editors/neovim/lua/autocrea/{name}": text for name, text in lua(contract).items()},
        "editors/neovim/lua/autocrea/settings_types.lua": lua_settings(rows),
    }


def readme_with_tables(readme: str, rows: Sequence[settings.Row], contract: Contract) -> str:
    """The README with its tables of settings and of wire names made new."""
    table = [("Setting", "Default", "What it does", "Scope", "Repository")]
    table += [
        (f"`{row.name}`", f"`{json.dumps(row.default)}`", _text(row), row.scope, REPOSITORY[row.repository])
        for row in rows
    ]
    readme = _between(readme, "settings", table)
    entries = [entry for group in contract.constants for entry in group.entries]
    return _between(readme, "wire", [("Name", "What it is"), *((f"`{entry.value}`", entry.doc) for entry in entries)])


def _between(readme: str, name: str, table: Sequence[Sequence[str]]) -> str:
    """The table in place of what stands between the markers of that name. ValueError when one is missing."""
    head, begin, rest = readme.partition(f"<!-- {name}:begin -->")
    _, end, tail = rest.partition(f"<!-- {name}:end -->")
    if not (begin and end):
        raise ValueError(f"README.md lacks a marker of {name}")
    first, *others = [f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |" for row in table]
    return "\n".join([head + begin, first, f"|{' --- |' * len(table[0])}", *others, end + tail])


def manifest_with_settings(manifest: str, rows: Sequence[settings.Row]) -> str:
    """VS Code's manifest with our settings in its first section of settings; all else in it is kept.

    An untrusted workspace may not set what is the machine's; what else was put on that list by hand stays.
    """
    data = json.loads(manifest)
    properties = {f"autocrea.{row.name}": _property(row, order) for order, row in enumerate(rows, 1)}
    section = data["contributes"]["configuration"][0]
    section.update(title="AUTOCREA", properties=properties)
    untrusted = data["capabilities"]["untrustedWorkspaces"]
    ours = [f"autocrea.{row.name}" for row in rows if row.scope == "machine"]
    untrusted["restrictedConfigurations"] += [
        name for name in ours if name not in untrusted["restrictedConfigurations"]
    ]
    return json.dumps(data, indent=2, ensure_ascii=False) + "\n"


def _text(row: settings.Row) -> str:
    parts = [row.doc]
    if row.minimum is not None and row.maximum is not None:
        parts.append(f"From {_number(row.minimum)} to {_number(row.maximum)}.")
    return " ".join(parts + [f"<br>`{choice}`: {doc}" for choice, doc in row.choices.items()])


def _property(row: settings.Row, order: int) -> dict[str, Any]:
    schema = _schema(row.type)
    if row.choices:
        schema["enumDescriptions"] = [row.choices[choice] for choice in schema["enum"]]
    limits = {"default": row.default, "minimum": row.minimum, "maximum": row.maximum}
    schema |= {name: _number(value) for name, value in limits.items() if value is not None}
    return {**schema, "scope": row.scope, "order": order, "markdownDescription": row.doc}


def _schema(kind: Any) -> dict[str, Any]:
    if typing.get_origin(kind) is Literal:
        return {"type": "string", "enum": list(typing.get_args(kind))}
    if typing.get_origin(kind) is tuple:
        return {"type": "array", "items": {"type": "string"}}
    return {"type": {bool: "boolean", int: "integer", float: "number", str: "string"}[kind]}


def _number(value: Any) -> Any:
    """A float without a fraction as JavaScript writes it, or npm would rewrite the manifest."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _read(path: Path) -> str:
    return path.read_bytes().decode("utf-8") if path.exists() else ""


if __name__ == "__main__":
    sys.exit(main())
