--- What a user's configuration may call. Everything else is internal.

local M = {}

--- Optional: options over `vim.g.autocrea`. Call it before the first file is opened, or run `:Autocrea restart`.
---@param opts autocrea.Config?
function M.setup(opts)
  require('autocrea.config').set(opts)
end

---@param unit 'all'|'word'|'line'
---@return boolean
local function accept(unit)
  local keys = require('autocrea.suggestion').keys(unit)
  if keys then
    vim.api.nvim_feedkeys(vim.keycode(keys), 'ni', false)
  end
  return keys ~= nil
end

--- Accept the suggestion that is shown.
---@return boolean shown false: there was none, and nothing happens
function M.accept()
  return accept('all')
end

--- Accept its next word.
---@return boolean shown
function M.accept_word()
  return accept('word')
end

--- Accept the rest of its line.
---@return boolean shown
function M.accept_line()
  return accept('line')
end

--- For an `expr` mapping: the keys that accept the suggestion, or `fallback` when none is shown.
---@param fallback string
---@param unit? 'all'|'word'|'line'
---@return string
function M.accept_or(fallback, unit)
  return require('autocrea.suggestion').keys(unit or 'all') or fallback
end

--- Take the suggestion away.
function M.dismiss()
  require('autocrea.suggestion').dismiss()
end

--- Ask for a suggestion now.
function M.trigger()
  require('autocrea.suggestion').trigger()
end

--- For other menus: hide suggestions in the current buffer as long as yours is open. Sets `vim.b.autocrea_hidden`.
---@param hidden boolean
function M.hide(hidden)
  vim.b.autocrea_hidden = hidden
  require('autocrea.suggestion').look_again()
end

--- Whether a suggestion is on the screen in that buffer (default: the current one).
---@param bufnr integer?
---@return boolean
function M.visible(bufnr)
  return require('autocrea.suggestion').visible(bufnr or vim.api.nvim_get_current_buf())
end

--- Switch suggestions while typing on or off: everywhere, or in one buffer.
---@param bufnr integer?
---@return boolean on
function M.toggle(bufnr)
  local on = require('autocrea.switches').toggle(bufnr)
  require('autocrea.suggestion').switched()
  pcall(vim.cmd.redrawstatus)
  return on
end

return M
