--- Where suggestions are on: everywhere, in a buffer, beside a menu, beside Neovim's own.

local M = {}

local enabled ---@type boolean? nil: as configured

---@return boolean
local function everywhere()
  if enabled == nil then
    return require('autocrea.config').get().enabled
  end
  return enabled
end

--- Whether suggestions are shown while typing in that buffer.
---@param bufnr integer
---@return boolean
function M.is_enabled(bufnr)
  return everywhere() and vim.b[bufnr].autocrea_enabled ~= false
end

--- Switch them on or off, everywhere or in one buffer.
---@param bufnr integer?
---@return boolean now
function M.toggle(bufnr)
  if not bufnr then
    enabled = not everywhere()
    return enabled
  end
  local on = vim.b[bufnr].autocrea_enabled == false
  vim.b[bufnr].autocrea_enabled = on
  return on
end

--- Whether something that matters more is on the screen.
---@param bufnr integer
---@return boolean
function M.is_hidden(bufnr)
  if vim.b[bufnr].autocrea_hidden then
    return true -- the menu of another plugin
  end
  return vim.fn.pumvisible() == 1 and require('autocrea.config').get().hide_with_menu
end

--- Neovim 0.12 can show the same suggestions itself. Where the user switched that on, ours stand back.
---@param bufnr integer
---@return boolean
local function core_shows(bufnr)
  local core = vim.lsp.inline_completion
  return core ~= nil and core.is_enabled({ bufnr = bufnr })
end

--- Whether to ask for a suggestion that nobody asked for.
---@param bufnr integer
---@return boolean
function M.may_ask(bufnr)
  return M.is_enabled(bufnr) and not M.is_hidden(bufnr) and not core_shows(bufnr)
end

return M
