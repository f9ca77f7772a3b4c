--- The one place that talks to Neovim's LSP client: requests, commands, and the differences between its versions.

local M = {}

M.NAME = 'autocrea'

--- Neovim 0.11 made the client's functions methods; 0.10 binds them.
local METHODS = vim.fn.has('nvim-0.11') == 1

local trusted = {} ---@type table<string, boolean> by root directory ('' for none), for this session

--- Our server's client on a buffer, if there is one that is ready.
---@param bufnr integer
---@return vim.lsp.Client?
function M.get(bufnr)
  return vim.lsp.get_clients({ bufnr = bufnr, name = M.NAME })[1]
end

--- Every client of ours.
---@return vim.lsp.Client[]
function M.all()
  return vim.lsp.get_clients({ name = M.NAME })
end

---@param client vim.lsp.Client
---@param method string
---@param params table
---@param handler fun(err: lsp.ResponseError?, result: any)
---@param bufnr integer
---@return integer? request_id nil when the client is gone
function M.request(client, method, params, handler, bufnr)
  local sent, id
  if METHODS then
    sent, id = client:request(method, params, handler, bufnr)
  else
    sent, id = client.request(method, params, handler, bufnr)
  end
  return sent and id or nil
end

--- Ask and wait: for the health check only.
---@param client vim.lsp.Client
---@param method string
---@param params table
---@param timeout_ms integer
---@param bufnr integer
---@return any result nil: no answer in time, or an error
function M.request_sync(client, method, params, timeout_ms, bufnr)
  local answer
  if METHODS then
    answer = client:request_sync(method, params, timeout_ms, bufnr)
  else
    answer = client.request_sync(method, params, timeout_ms, bufnr)
  end
  return answer and answer.result
end

---@param client vim.lsp.Client
---@param method string
---@param params table
function M.notify(client, method, params)
  if METHODS then
    client:notify(method, params)
  else
    client.notify(method, params)
  end
end

--- Send what was typed in any document. Neovim holds it back for a moment; a request sends that of its own buffer only,
--- a notification that of all. This one says nothing, and servers ignore what they do not know of this kind.
---@param client vim.lsp.Client
function M.flush(client)
  M.notify(client, '$/autocrea/flush', vim.empty_dict())
end

---@param client vim.lsp.Client
---@param id integer
function M.cancel(client, id)
  if not client.requests[id] then
    return -- answered already; Neovim logs an error for those
  elseif METHODS then
    client:cancel_request(id)
  else
    client.cancel_request(id)
  end
end

--- Run a server command. Unlike `exec_cmd` it never puts a message on the screen.
---@param client vim.lsp.Client
---@param command string
---@param arguments any[]?
---@param handler fun(err: lsp.ResponseError?, result: any)
---@param bufnr integer
---@param token string? for progress
---@return integer? request_id
function M.execute(client, command, arguments, handler, bufnr, token)
  local params = { command = command, arguments = arguments, workDoneToken = token }
  return M.request(client, 'workspace/executeCommand', params, handler, bufnr)
end

---@param client vim.lsp.Client
---@param force boolean?
function M.stop(client, force)
  if METHODS then
    client:stop(force)
  else
    client.stop(force)
  end
end

--- Nothing, however the version at hand decodes JSON's null.
---@param value any
---@return boolean
function M.is_null(value)
  return value == nil or value == vim.NIL
end

--- For Neovim's own `lsp.log`: what must not be shown while someone types. Never hand over text of a file or a key.
---@param what string
---@param err any
function M.log(what, err)
  local ok, log = pcall(require, 'vim.lsp.log')
  if ok then
    local code = type(err) == 'table' and err.code or nil
    local message = type(err) == 'table' and err.message or err
    log.warn('autocrea', what, code, message)
  end
end

--- Bytes before that position of a line. Past the end is the end.
---@param line string
---@param encoding string
---@param character integer
---@return integer
function M.byte_index(line, encoding, character)
  if encoding == 'utf-8' then
    return math.min(character, #line)
  elseif METHODS then
    return vim.str_byteindex(line, encoding, character, false)
  end
  local ok, index = pcall(vim.str_byteindex, line, character, encoding == 'utf-16')
  return ok and index or #line
end

--- The other way round: the position that so many bytes of a line make.
---@param line string
---@param encoding string
---@param bytes integer not past the end
---@return integer
function M.char_index(line, encoding, bytes)
  if encoding == 'utf-8' then
    return bytes
  elseif METHODS then
    return vim.str_utfindex(line, encoding, bytes, false)
  end
  local ok, utf_32, utf_16 = pcall(vim.str_utfindex, line, bytes)
  return ok and (encoding == 'utf-32' and utf_32 or utf_16) or bytes
end

---@param root string?
---@return boolean
function M.is_trusted(root)
  local said = trusted[root or '']
  if said ~= nil then
    return said
  end
  return require('autocrea.config').get().trusted
end

--- Tell the server that its workspace is trusted (or no longer is), and remember it for a restart in this session.
---@param client vim.lsp.Client
---@param value boolean
function M.trust(client, value)
  local wire = require('autocrea.wire')
  trusted[client.config.root_dir or ''] = value
  M.notify(client, wire.Method.TRUST, { trusted = value })
end

return M
