--- The server's request for a key, answered by the user's own function and by nothing else. The key is never kept here.

local M = {}

---@param message string
local function warn(message)
  vim.notify_once('AUTOCREA: ' .. message, vim.log.levels.WARN)
end

--- Neovim writes every message into `lsp.log` at these levels, this one too.
---@return boolean
local function log_holds_messages()
  local ok, log = pcall(require, 'vim.lsp.log')
  return ok and log.get_level ~= nil and log.get_level() <= vim.log.levels.DEBUG
end

--- `{ secret = string or null }`. What goes wrong is "no key". An error is named without its text, which may hold it.
---@param params autocrea.CredentialsParams
---@return { secret: any }
function M.answer(params)
  local none = { secret = vim.NIL }
  local credentials = require('autocrea.config').get().credentials
  if not credentials or type(params) ~= 'table' then
    return none
  elseif log_holds_messages() then
    warn('the key is not given to the server while the log level of vim.lsp is DEBUG: it would be in lsp.log')
    return none
  end
  local ok, secret = pcall(credentials, params.provider)
  if not ok then
    warn('the function `credentials` failed')
    return none
  elseif type(secret) ~= 'string' or vim.trim(secret) == '' then
    return none
  end
  return { secret = vim.trim(secret) }
end

return M
