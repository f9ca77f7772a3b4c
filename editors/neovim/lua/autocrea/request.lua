--- One request for a suggestion: from the cursor of the current window, with its answer only if nothing changed since.

local M = {}

M.METHOD = 'textDocument/inlineCompletion'

---@enum autocrea.TriggerKind as in LSP 3.18
M.Kind = { INVOKED = 1, AUTOMATIC = 2 }

---@class autocrea.Place
---@field tick integer
---@field row integer counts from 0
---@field col integer bytes

---@class autocrea.Request
---@field client_id integer
---@field id integer?
---@field place autocrea.Place
---@field cancelled boolean?

--- Where the cursor of the current window is, and in which state of its buffer.
---@param bufnr integer
---@return autocrea.Place
function M.here(bufnr)
  local cursor = vim.api.nvim_win_get_cursor(0)
  return { tick = vim.api.nvim_buf_get_changedtick(bufnr), row = cursor[1] - 1, col = cursor[2] }
end

---@param bufnr integer
---@return boolean
function M.is_typing_in(bufnr)
  return vim.api.nvim_get_current_buf() == bufnr and vim.api.nvim_get_mode().mode:sub(1, 1) == 'i'
end

---@param client vim.lsp.Client
---@param bufnr integer
---@param place autocrea.Place
---@param result any
---@return autocrea.Suggestion?
local function suggestion_of(client, bufnr, place, result)
  local line = vim.api.nvim_buf_get_lines(bufnr, place.row, place.row + 1, false)[1]
  local encoding = client.offset_encoding
  local suggestion = require('autocrea.item').first(result, line, place.row, place.col, function(text, character)
    return require('autocrea.client').byte_index(text, encoding, character)
  end)
  if suggestion then
    suggestion.client_id = client.id
  end
  return suggestion
end

--- Ask the server. `done` is called at most once, and never after `cancel`; nil says that there is nothing to show.
---@param bufnr integer the current buffer
---@param kind autocrea.TriggerKind
---@param done fun(suggestion: autocrea.Suggestion?)
---@return autocrea.Request?
function M.ask(bufnr, kind, done)
  local lsp = require('autocrea.client')
  local client = lsp.get(bufnr)
  if not client or not client.server_capabilities.inlineCompletionProvider then
    return nil
  end
  -- No selectedCompletionInfo: Neovim's menu puts the selected entry into the text, so the server sees it there.
  local params = vim.lsp.util.make_position_params(0, client.offset_encoding) --[[@as table]]
  params.context = { triggerKind = kind }
  local request = { client_id = client.id, place = M.here(bufnr) } ---@type autocrea.Request
  request.id = lsp.request(client, M.METHOD, params, function(err, result)
    if request.cancelled then
      return
    end
    local suggestion
    if err then
      lsp.log(M.METHOD, err)
    elseif M.is_typing_in(bufnr) and vim.deep_equal(M.here(bufnr), request.place) then
      local ok, found = pcall(suggestion_of, client, bufnr, request.place, result)
      if ok then
        suggestion = found
      else
        lsp.log('malformed answer', found)
      end
    end
    done(suggestion)
  end, bufnr)
  return request
end

---@param request autocrea.Request
function M.cancel(request)
  request.cancelled = true
  local client = request.id and vim.lsp.get_client_by_id(request.client_id)
  if client then
    require('autocrea.client').cancel(client, request.id)
  end
end

return M
