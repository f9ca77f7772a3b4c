--- What the plugin changes in messages that Neovim itself sends and gets: code actions, and messages of the server.

local M = {}

local CODE_ACTION, RESOLVE = 'textDocument/codeAction', 'codeAction/resolve'

--- Neovim tells a server only about the server's own diagnostics; a fix is wanted for those of all others.
---@param client vim.lsp.Client
---@param params table
---@return table
local function with_diagnostics(client, params)
  local place = require('autocrea.place')
  local bufnr = vim.uri_to_bufnr(params.textDocument.uri)
  local range = params.range
  local known = {} ---@type table<string, boolean>
  local function key(diagnostic)
    return table.concat({
      diagnostic.range.start.line,
      tostring(diagnostic.source),
      tostring(diagnostic.code),
      diagnostic.message,
    }, '\n')
  end
  params = vim.deepcopy(params)
  local list = params.context.diagnostics or {}
  for _, diagnostic in ipairs(list) do
    known[key(diagnostic)] = true
  end
  for _, found in ipairs(place.diagnostics(bufnr, client.offset_encoding, range.start.line, range['end'].line)) do
    if not known[key(found)] then
      known[key(found)] = true
      list[#list + 1] = found
    end
  end
  params.context.diagnostics = list
  return params
end

--- The server says itself why an action of ours failed (`window/showMessage`); Neovim would say it once more. An edit
--- that is stale by now is not applied, nor is the command run that is meant to follow it.
---@param action table as it was listed
---@param err lsp.ResponseError?
---@param resolved table?
---@return table
local function settled(action, err, resolved)
  if err or type(resolved) ~= 'table' then
    return action -- what it had before: a command, or nothing
  end
  local problem = type(resolved.edit) == 'table' and require('autocrea.edit').prepare(resolved.edit) or nil
  if problem then
    require('autocrea.say').warn(('%s: %s'):format(action.title, problem))
    return { title = action.title }
  end
  return resolved
end

--- A client has started: look at its requests from now on.
---@param client vim.lsp.Client
function M.install(client)
  local request = client.rpc.request
  ---@diagnostic disable-next-line: duplicate-set-field
  client.rpc.request = function(method, params, callback, on_reply)
    if method == CODE_ACTION and type(params) == 'table' then
      params = with_diagnostics(client, params)
    elseif method == RESOLVE and type(params) == 'table' and type(params.title) == 'string' then
      local call = require('autocrea.call')
      local say = require('autocrea.say')
      local action = params
      local adopted ---@type autocrea.Call?
      say.hint(action.title .. '… (`:Autocrea cancel` stops it)')
      local sent, id = request(method, params, function(err, resolved)
        if adopted and adopted.ended then
          return -- cancelled, and answered all the same
        elseif adopted then
          call.release(adopted)
        end
        say.hint('')
        callback(nil, settled(action, err, resolved))
      end, on_reply)
      if sent and id then
        adopted = call.adopt(client.id, id, action.title, function()
          say.hint('')
        end)
      end
      return sent, id
    end
    return request(method, params, callback, on_reply)
  end
end

--- `window/showMessage`, in our own name.
---@param params { type: integer, message: string }
function M.show_message(params)
  local levels = { vim.log.levels.ERROR, vim.log.levels.WARN, vim.log.levels.INFO, vim.log.levels.INFO }
  local message = params.message:gsub('^JoxCoder: ', '') -- one name before it is enough
  require('autocrea.say').say(message, levels[params.type] or vim.log.levels.DEBUG)
end

return M
