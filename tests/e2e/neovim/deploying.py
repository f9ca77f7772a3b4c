"""What tests of deployments in a real Neovim with the real server have in common."""

from __future__ import annotations

from tests.e2e.neovim.screen import Nvim

NO, YES, ALWAYS = "Do not deploy", "Deploy", "Deploy, and always for exactly this"
RECORD = """
_G.said, _G.asked, _G.opened, _G.choose = {}, {}, {}, nil
local notify = vim.notify
vim.notify = function(message, level, options)
  table.insert(_G.said, message)
  return notify(message, level, options)
end
vim.ui.open = function(url) table.insert(_G.opened, url) end
vim.ui.select = function(items, options, done)
  table.insert(_G.asked, options.prompt)
  for index, item in ipairs(items) do
    local text = options.format_item and options.format_item(item) or item
    if _G.choose and text:find(_G.choose, 1, true) then
      return done(item, index)
    end
  end
  done(nil)
end
"""


def said(nvim: Nvim) -> list[str]:
    return list(nvim.lua("return _G.said"))


def choose(nvim: Nvim, text: str) -> None:
    """What the user picks from now on, wherever it is offered."""
    nvim.lua("_G.choose = ...", text)


def deploy(nvim: Nvim, words: str = "vercel --prod") -> None:
    nvim.lua("_G.said = {}")
    nvim.command(f"Autocrea deploy {words}".rstrip())


def ended(nvim: Nvim) -> str:
    """The one message at the end."""
    nvim.wait(lambda: said(nvim))
    nvim.lua("vim.wait(300)")  # a second one would come now
    (message,) = said(nvim)
    return message
