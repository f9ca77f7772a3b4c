--- What the server says about itself, kept so that a status line can ask as often as it likes.

local M = {}

local LABELS = { ---@type table<string, string>
  ready = '',
  busy = '…',
  off = 'off',
  noKey = 'no key',
  overBudget = 'limit reached',
  backendDown = 'down',
  error = 'error',
}

---@class autocrea.StatusEntry
---@field status autocrea.Status?
---@field asking boolean?
---@field stale boolean? it changed while we asked, or while the buffer was out of sight

local entries = {} ---@type table<integer, autocrea.StatusEntry>

---@param bufnr integer
local function announce(bufnr)
  vim.api.nvim_exec_autocmds('User', {
    pattern = 'AutocreaStatus',
    modeline = false,
    data = { bufnr = bufnr, status = M.info(bufnr) },
  })
  pcall(vim.cmd.redrawstatus)
end

--- Ask the server how it is for a buffer. Requests do not pile up: one is under way, and one more if it changed.
---@param bufnr integer
function M.refresh(bufnr)
  local entry = entries[bufnr] or {}
  entries[bufnr] = entry
  if entry.asking then
    entry.stale = true
    return
  end
  local lsp = require('autocrea.client')
  local client = lsp.get(bufnr)
  if not client then
    return
  end
  entry.asking, entry.stale = true, false
  local method = require('autocrea.wire').Method.STATUS
  local sent = lsp.request(client, method, { uri = vim.uri_from_bufnr(bufnr) }, function(err, result)
    entry.asking = false
    if entries[bufnr] ~= entry then
      return
    elseif err then
      lsp.log(method, err)
    elseif type(result) == 'table' and not vim.deep_equal(entry.status, result) then
      entry.status = result
      announce(bufnr)
    end
    if entry.stale then
      M.refresh(bufnr)
    end
  end, bufnr)
  entry.asking = sent ~= nil
end

--- The server's notification. Buffers out of sight are asked about when they are seen again.
---@param params autocrea.StatusChangedParams?
---@param client_id integer
function M.changed(params, client_id)
  local only = type(params) == 'table' and type(params.uri) == 'string' and vim.uri_to_bufnr(params.uri) or nil
  local client = vim.lsp.get_client_by_id(client_id)
  for bufnr in pairs(client and client.attached_buffers or {}) do
    if only == nil or only == bufnr then
      if #vim.fn.win_findbuf(bufnr) > 0 then
        M.refresh(bufnr)
      elseif entries[bufnr] then
        entries[bufnr].stale = true
      end
    end
  end
end

--- A buffer came into sight.
---@param bufnr integer
function M.seen(bufnr)
  local entry = entries[bufnr]
  if entry and entry.stale then
    M.refresh(bufnr)
  end
end

--- Forget a buffer.
---@param bufnr integer
function M.forget(bufnr)
  if entries[bufnr] then
    entries[bufnr] = nil
    announce(bufnr)
  end
end

--- The last status known for a buffer; nil where no server is attached or none has answered yet.
---@param bufnr integer?
---@return autocrea.Status?
function M.info(bufnr)
  local entry = entries[bufnr or vim.api.nvim_get_current_buf()]
  return entry and entry.status
end

--- For a status line: '' where AUTOCREA has nothing to do with the buffer, else for example `AUTOCREA` or
--- `AUTOCREA: no key`. Never waits and never asks.
---@param bufnr integer?
---@return string
function M.get(bufnr)
  bufnr = (bufnr == nil or bufnr == 0) and vim.api.nvim_get_current_buf() or bufnr
  if not entries[bufnr] then
    return ''
  end
  local label = LABELS.off
  if require('autocrea.switches').is_enabled(bufnr) then
    local status = M.info(bufnr)
    label = status and (LABELS[status.state] or tostring(status.state)) or LABELS.busy
  end
  return label == '' and 'AUTOCREA' or 'AUTOCREA: ' .. label
end

return M
