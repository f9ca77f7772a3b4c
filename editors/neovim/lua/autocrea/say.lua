--- What the plugin tells a person: one line, in plain words, once.

local M = {}

local CONTENT_MODIFIED, METHOD_NOT_FOUND = -32801, -32601

---@param message string
---@param level integer?
function M.say(message, level)
  vim.notify('AUTOCREA: ' .. message, level or vim.log.levels.INFO)
end

---@param message string
function M.warn(message)
  M.say(message, vim.log.levels.WARN)
end

--- A request failed. Its message is meant for people; only where there is none do we find words.
---@param what string
---@param err lsp.ResponseError
function M.failed(what, err)
  local message = type(err.message) == 'string' and err.message ~= '' and err.message or nil
  if err.code == METHOD_NOT_FOUND then
    message = 'the server does not know this; update it (:checkhealth autocrea)'
  elseif err.code == CONTENT_MODIFIED and not message then
    message = 'the file has changed meanwhile; ask again'
  end
  M.say(('%s: %s'):format(what, message or 'failed'), vim.log.levels.ERROR)
end

--- What is going on, on the last line and not in `:messages`. '' takes it away.
---@param message string
function M.hint(message)
  local text = message == '' and '' or 'AUTOCREA: ' .. message
  vim.api.nvim_echo({ { text:sub(1, vim.o.columns - 15) } }, false, {}) -- longer, and Neovim asks for ENTER
end

--- The client of a buffer, or any one of ours; nil (and said so) when there is none.
---@param bufnr integer? default: the current one
---@return vim.lsp.Client?
function M.client(bufnr)
  local lsp = require('autocrea.client')
  local client = lsp.get(bufnr or vim.api.nvim_get_current_buf()) or lsp.all()[1]
  if not client then
    M.warn('no server is running here; :checkhealth autocrea says more')
  end
  return client
end

--- Ask for a line. None is a no, and so is an empty one where it is not welcome.
---@param prompt string
---@param done fun(text: string)
---@param empty boolean? it is
function M.ask(prompt, done, empty)
  vim.ui.input({ prompt = prompt }, function(text)
    if text and (empty or vim.trim(text) ~= '') then
      done(vim.trim(text))
    end
  end)
end

return M
