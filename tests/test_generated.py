"""What is generated equals what the Python says, and an edit on either side is noticed."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
GENERATED = (
    "README.md",
    "editors/vscode/package.json",
    "editors/vscode/src/wire.ts",
    "editors/neovim/lua/autocrea/wire.lua",
    "editors/neovim/lua/autocrea/settings_types.lua",
    "editors/vscode/src/wire/spine.ts",
    "editors/neovim/lua/autocrea/wire_spine_types.lua",
    "editors/vscode/src/wire/acts.ts",
    "editors/neovim/lua/autocrea/wire_acts_types.lua",
    "editors/vscode/src/wire/chat.ts",
    "editors/neovim/lua/autocrea/wire_chat_types.lua",
)


def generate(root: Path, *arguments: str) -> tuple[int, list[str]]:
    """Exit code, and the files that were named."""
    command = [sys.executable, str(root / "editors/generate.py"), *arguments]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, timeout=60, check=False)
    assert not done.stderr, done.stderr
    return done.returncode, [line.partition(":")[0] for line in done.stdout.splitlines()]


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text("utf-8")
    assert old in text, f"{old!r} is no longer in {path.name}: this test must edit something else"
    path.write_text(text.replace(old, new, 1), "utf-8")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A copy of what is generated and of what it is generated from, up to date."""
    shutil.copytree(ROOT / "autocrea_lsp", tmp_path / "autocrea_lsp", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("editors/generate.py", "editors/wire_types.py", *GENERATED):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(ROOT / name, tmp_path / name)
    generate(tmp_path)  # when the tree itself has drifted, one test says so, not all of these
    return tmp_path


def test_every_generated_file_is_up_to_date() -> None:
    assert generate(ROOT, "--check") == (0, [])


@pytest.mark.parametrize(
    ("file", "old", "new", "differing"),
    [
        (
            "autocrea_lsp/settings/schema.py",
            '"Who answers."',
            '"Who replies."',
            {GENERATED[0], GENERATED[1], GENERATED[4]},
        ),
        (
            "autocrea_lsp/settings/schema.py",
            "    debounce_ms:",
            "    pause_ms:",
            {GENERATED[0], GENERATED[1], GENERATED[4]},
        ),
        ("autocrea_lsp/settings/schema.py", "maximum=5000", "maximum=6000", {GENERATED[0], GENERATED[1]}),
        ("autocrea_lsp/lsp/wire/names.py", "VERSION = 1\n", "VERSION = 2\n", {GENERATED[2], GENERATED[3]}),
        (
            "autocrea_lsp/lsp/wire/names.py",
            "autocrea/status",
            "autocrea/state",
            {GENERATED[0], GENERATED[2], GENERATED[3]},
        ),
        ("autocrea_lsp/lsp/wire/spine.py", "    message: str", "    text: str", {GENERATED[5], GENERATED[6]}),
        ("README.md", "| `inline.debounceMs`", "| `inline.debounce`", {GENERATED[0]}),
        (GENERATED[1], '"autocrea.inline.debounceMs": {', '"autocrea.inline.debounce": {', {GENERATED[1]}),
        (GENERATED[1], '"Who answers."', '"Who replies."', {GENERATED[1]}),
        (GENERATED[5], "readonly message: string", "readonly message: number", {GENERATED[5]}),
        (GENERATED[3], "'autocrea/status'", "'autocrea/state'", {GENERATED[3]}),
        (GENERATED[4], "---@field enable? boolean", "---@field enable? string", {GENERATED[4]}),
    ],
)
def test_an_edit_on_either_side_is_drift_until_it_is_generated_anew(
    tree: Path, file: str, old: str, new: str, differing: set[str]
) -> None:
    assert generate(tree, "--check") == (0, [])
    original = (tree / file).read_bytes()
    replace(tree / file, old, new)
    before = {name: (tree / name).read_bytes() for name in GENERATED}

    code, named = generate(tree, "--check")
    assert (code, set(named)) == (1, differing)
    assert before == {name: (tree / name).read_bytes() for name in GENERATED}, "--check must not write"

    code, written = generate(tree)
    assert (code, set(written)) == (0, differing)
    assert generate(tree, "--check") == (0, [])
    if file in GENERATED:  # the edit was undone
        assert (tree / file).read_bytes() == original


def test_what_was_written_by_hand_stays(tree: Path) -> None:
    path = tree / "editors/vscode/package.json"
    manifest = json.loads(path.read_text("utf-8"))
    restricted = manifest["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"]
    restricted.insert(0, "autocrea.byHand")
    manifest["contributes"]["configuration"].append({"title": "By hand", "properties": {}})
    manifest["description"] = "é → “quoted”"
    section = manifest["contributes"]["configuration"][0]
    section["properties"].clear()
    path.write_text(json.dumps(manifest), "utf-8")

    assert generate(tree) == (0, ["editors/vscode/package.json"])
    made = json.loads(path.read_text("utf-8"))
    assert made["description"] == "é → “quoted”"
    assert made["contributes"]["configuration"][-1] == {"title": "By hand", "properties": {}}
    assert made["contributes"]["configuration"][0].keys() == section.keys()
    assert made["contributes"]["configuration"][0]["properties"]["autocrea.backend"]["scope"] == "machine"
    assert made["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"] == restricted


def test_a_workspace_that_is_not_trusted_cannot_set_what_is_the_machines() -> None:
    manifest = json.loads((ROOT / "editors/vscode/package.json").read_text("utf-8"))
    restricted = set(manifest["capabilities"]["untrustedWorkspaces"]["restrictedConfigurations"])
    machine = {
        name
        for section in manifest["contributes"]["configuration"]
        for name, schema in section["properties"].items()
        if schema.get("scope", "").startswith("machine")
    }
    assert machine <= restricted
    assert {"autocrea.claude.baseUrl", "autocrea.embedded.modelPath", "autocrea.backend"} <= machine
