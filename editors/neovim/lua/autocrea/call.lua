--- Requests that take seconds: with their text as it comes, progress, a way to cancel, and one word when they fail.

local M = {}

---@class autocrea.Call
---@field client_id integer
---@field id integer?
---@field what string as in "refactor: …"
---@field on_text? fun(text: string)
---@field on_end fun(result: any, err: lsp.ResponseError?) once; neither: cancelled
---@field ended boolean?

---@class autocrea.CallOptions
---@field what string
---@field on_end fun(result: any, err: lsp.ResponseError?)
---@field on_text? fun(text: string) given: the text is asked for as it comes
---@field quiet? boolean no word at the start
---@field brief? boolean the request knows no progress
---@field bufnr? integer what it is about

local running = {} ---@type table<autocrea.Call, true>
local streams = {} ---@type table<string, autocrea.Call> by partial result token
local count = 0

---@param call autocrea.Call
---@param result any
---@param err lsp.ResponseError?
local function finish(call, result, err)
  if call.ended then
    return
  end
  call.ended = true
  running[call] = nil
  for token, owner in pairs(streams) do
    if owner == call then
      streams[token] = nil
    end
  end
  call.on_end(result, err)
  if err then
    require('autocrea.say').failed(call.what, err)
  end
end

--- Start one.
---@param client vim.lsp.Client
---@param method string
---@param params table
---@param options autocrea.CallOptions
---@return autocrea.Call
function M.start(client, method, params, options)
  local say = require('autocrea.say')
  count = count + 1
  local call = { client_id = client.id, what = options.what, on_text = options.on_text, on_end = options.on_end }
  params = vim.deepcopy(params)
  if not options.brief then
    params.workDoneToken = ('autocrea-work-%d'):format(count)
  end
  if options.on_text then
    params.partialResultToken = ('autocrea-text-%d'):format(count)
    streams[params.partialResultToken] = call
  end
  running[call] = true
  require('autocrea.client').flush(client) -- a proposal is about several files, and what was put into them counts
  if not options.quiet then
    say.hint(options.what .. '… (`:Autocrea cancel` stops it)')
  end
  call.id = require('autocrea.client').request(client, method, params, function(err, result)
    if not call.ended and not options.quiet then
      say.hint('')
    end
    finish(call, not err and result or nil, err)
  end, options.bufnr or (params.uri and vim.uri_to_bufnr(params.uri)) or vim.api.nvim_get_current_buf())
  if not call.id then
    finish(call, nil, { code = 0, message = 'the server has ended' })
  end
  return call
end

--- A request that Neovim itself made; it can be cancelled like ours.
---@param client_id integer
---@param id integer
---@param what string
---@param on_end fun(result: any, err: lsp.ResponseError?)
---@return autocrea.Call
function M.adopt(client_id, id, what, on_end)
  local call = { client_id = client_id, id = id, what = what, on_end = on_end }
  running[call] = true
  return call
end

--- An adopted request was answered: there is nothing to cancel any more.
---@param call autocrea.Call
function M.release(call)
  call.ended = true
  running[call] = nil
end

--- Cancel one. Its `on_end` hears of it at once; the server's answer is nobody's any more.
---@param call autocrea.Call
function M.cancel(call)
  if call.ended then
    return
  end
  local client = call.id and vim.lsp.get_client_by_id(call.client_id)
  if client then
    require('autocrea.client').cancel(client, call.id)
  end
  require('autocrea.say').hint('')
  finish(call)
end

--- Cancel all of them.
---@return boolean any
function M.cancel_all()
  local any = false
  for _, call in ipairs(vim.tbl_keys(running)) do
    any = true
    M.cancel(call)
  end
  return any
end

--- `$/progress`: whether it was a piece of text of ours.
---@param params { token: any, value: any }
---@return boolean
function M.progress(params)
  local token = type(params) == 'table' and params.token or nil
  if type(token) ~= 'string' or not vim.startswith(token, 'autocrea-text-') then
    return false
  end
  local call = streams[token]
  local text = type(params.value) == 'table' and params.value.text or nil
  if call and call.on_text and type(text) == 'string' and text ~= '' then
    call.on_text(text)
  end
  return true
end

--- A request was answered. Neovim calls nobody when the answer is that it was cancelled, by whomever.
---@param client_id integer
---@param id integer
function M.answered(client_id, id)
  for call in pairs(running) do
    if call.client_id == client_id and call.id == id then
      vim.schedule(function() -- after the callback of an answer, which is on its way
        finish(call)
      end)
    end
  end
end

--- A server's process has ended; nobody else says so to those who wait for it.
---@param client_id integer
function M.gone(client_id)
  for _, call in ipairs(vim.tbl_keys(running)) do
    if call.client_id == client_id then
      finish(call, nil, { code = 0, message = 'the server has ended' })
    end
  end
end

return M
