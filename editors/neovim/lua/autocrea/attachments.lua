--- What goes along with a message to the chat: a selection, the file, what its linters say.

local M = {}

---@class autocrea.Pending
---@field attachment autocrea.Attachment
---@field label string as the user sees it

---@param bufnr integer
---@return string
local function name_of(bufnr)
  return require('autocrea.place').name(vim.api.nvim_buf_get_name(bufnr))
end

---@param bufnr integer
---@param encoding string
---@param kind 'file'|'diagnostics'
---@return autocrea.Pending
local function whole(bufnr, encoding, kind)
  local attachment = { kind = kind, uri = vim.uri_from_bufnr(bufnr) } ---@type autocrea.Attachment
  if kind == 'file' then
    return { attachment = attachment, label = name_of(bufnr) }
  end
  attachment.diagnostics = require('autocrea.place').diagnostics(bufnr, encoding, 0, math.huge)
  return { attachment = attachment, label = 'diagnostics of ' .. name_of(bufnr) }
end

--- The selection that a command was given.
---@param bufnr integer
---@param encoding string
---@param command autocrea.UserCommand
---@return autocrea.Pending
function M.selection(bufnr, encoding, command)
  local range = require('autocrea.place').range(bufnr, encoding, command)
  return {
    attachment = { kind = 'selection', uri = vim.uri_from_bufnr(bufnr), range = range },
    label = ('%s:%d-%d'):format(name_of(bufnr), command.line1, command.line2),
  }
end

--- `@file` and `@diagnostics` at the start of a message, and what is left of it.
---@param message string
---@param encoding string
---@param bufnr integer? the buffer that they mean
---@return string message
---@return autocrea.Pending[]
function M.parse(message, encoding, bufnr)
  local found = {}
  while bufnr do
    local kind, rest = message:match('^%s*@(%a+)%f[%A](.*)$')
    if kind ~= 'file' and kind ~= 'diagnostics' then
      break
    end
    found[#found + 1] = whole(bufnr, encoding, kind)
    message = rest
  end
  return vim.trim(message), found
end

return M
