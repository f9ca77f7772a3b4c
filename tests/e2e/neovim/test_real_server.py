"""The plugin with the real server, which asks the emulated Messages API: what a person sees when that fails."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator

import pytest

from tests.e2e.neovim.emulator import EmulatorProcess
from tests.e2e.neovim.screen import Nvim
from tests.emulators.messages import DEFAULT_KEY, SPECS, Fault

ANSWER = "emulated_answer(42)"
BACK_WITHIN_S = 2.0  # issue A: the next suggestion after a fault
KEY_EVERY_S = 0.1
MAX_CALLS = 30  # issue A: of 100 keys typed so

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def api() -> Iterator[EmulatorProcess]:
    api = EmulatorProcess.start()
    yield api
    api.stop()


@pytest.fixture(scope="module")
def nvim(api: EmulatorProcess, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Nvim]:
    """One Neovim and one server for all tests here, as in a long day: faults come and go."""
    folder = tmp_path_factory.mktemp("real")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("ANTHROPIC_BASE_URL", api.url)
        patch.setenv("ANTHROPIC_API_KEY", DEFAULT_KEY)
        nvim = Nvim.start(
            folder,
            init=f"""
              vim.g.autocrea = {{ cmd = {{ '{sys.executable}', '-m', 'autocrea_lsp' }} }}
              _G.states = {{}}
              vim.api.nvim_create_autocmd('User', {{ pattern = 'AutocreaStatus', callback = function(event)
                table.insert(_G.states, event.data.status and event.data.status.state or 'none')
              end }})
            """,
        )
        nvim.edit(folder / "sample.py")
        yield nvim
        nvim.close()


def state(nvim: Nvim) -> str:
    status = nvim.lua("return require('autocrea.status').info()")
    return status["state"] if status else ""


@pytest.fixture
def line(api: EmulatorProcess, nvim: Nvim) -> Iterator[int]:
    """All is well, and the cursor is on a new line, in insert mode; gives the line's number, from 0."""
    api.command("reset")
    nvim.wait(lambda: state(nvim) == "ready")
    number = len(nvim.lines())
    nvim.type(f"<Esc>Govalue_{number} = ")
    nvim.wait_ghost(ANSWER)
    nvim.lua("_G.states = {}")
    yield number
    nvim.type("<Esc>")


def test_the_answer_is_shown_and_accepted(api: EmulatorProcess, nvim: Nvim, line: int) -> None:
    assert nvim.rows()[line] == f"value_{line} = {ANSWER}"
    nvim.type("<M-l>")
    nvim.wait(lambda: nvim.lines()[line] == f"value_{line} = {ANSWER}")
    assert nvim.messages() == []


@pytest.mark.parametrize("fault", [fault for fault in Fault if SPECS[fault].harmless])
def test_an_unusual_answer_is_an_answer(api: EmulatorProcess, nvim: Nvim, line: int, fault: Fault) -> None:
    api.command("fault", fault=fault)
    nvim.type("x")
    nvim.wait_ghost(ANSWER)
    assert nvim.lines()[line] == f"value_{line} = x"
    assert nvim.lua("return _G.states") == []
    assert nvim.messages() == []


@pytest.mark.parametrize("fault", [fault for fault in Fault if not SPECS[fault].harmless])
def test_a_fault_disturbs_nobody_and_is_soon_forgotten(
    api: EmulatorProcess, nvim: Nvim, line: int, fault: Fault
) -> None:
    api.command("fault", fault=fault)
    typed = f"value_{line} = x"
    nvim.type("x")
    nvim.wait(lambda: state(nvim) not in ("ready", "busy"))
    for key in "a + b":
        nvim.type(key)
        typed += key
        nvim.wait(lambda typed=typed: nvim.lines()[line] == typed)
    assert nvim.ghost() == []
    api.command("fault", fault=None)
    ended = time.monotonic()
    nvim.type(" ")
    nvim.wait_ghost(ANSWER)
    took_s = time.monotonic() - ended
    nvim.wait(lambda: state(nvim) == "ready")
    states = nvim.lua("return _G.states")
    assert states[-1] == "ready"
    assert set(states) - {"ready", "busy"}
    assert nvim.lines()[line] == typed + " "
    assert nvim.messages() == []
    assert nvim.mode() == "i"
    assert took_s < BACK_WITHIN_S


def test_a_hundred_keys_are_few_calls(api: EmulatorProcess, nvim: Nvim, line: int) -> None:
    before = api.calls()
    text = ("lorem ipsum dolor sit amet consetetur sadipscing elitr sed diam nonumy eirmod tempor " * 2)[:100]
    for key in text:
        nvim.type(key)
        time.sleep(KEY_EVERY_S)  # the typing speed that the number is about
    nvim.wait_ghost(ANSWER)
    assert nvim.lines()[line] == f"value_{line} = {text}"
    assert 0 < api.calls() - before <= MAX_CALLS
    assert nvim.messages() == []
