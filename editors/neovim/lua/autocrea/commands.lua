--- `:Autocrea {sub}`: each subcommand, what it completes and what it does.

local M = {}

local progress = {} ---@type table<string, integer> client id by token of what runs

---@param message string
---@param level integer?
local function say(message, level)
  require('autocrea.say').say(message, level)
end

---@return vim.lsp.Client?
local function client_or_say()
  return require('autocrea.say').client()
end

---@param what string
---@param err lsp.ResponseError
local function say_failed(what, err)
  require('autocrea.say').failed(what, err)
end

local function status()
  local client = client_or_say()
  if not client then
    return
  end
  local bufnr = vim.api.nvim_get_current_buf()
  local wire = require('autocrea.wire')
  local params = client.attached_buffers[bufnr] and { uri = vim.uri_from_bufnr(bufnr) } or vim.empty_dict()
  require('autocrea.client').request(client, wire.Method.STATUS, params, function(err, result)
    if err then
      return say_failed('status', err)
    end
    local line = ('%s. %s'):format(result.state, result.message)
    local detail = vim.tbl_filter(function(part)
      return type(part) == 'string' and part ~= ''
    end, { result.backend, result.model })
    if #detail > 0 then
      line = ('%s (%s)'):format(line, table.concat(detail, ', '))
    end
    if not require('autocrea.switches').is_enabled(bufnr) then
      line = line .. ' Switched off in Neovim: `:Autocrea toggle`.'
    elseif result.command == wire.Command.MODEL_INSTALL then
      line = line .. ' `:Autocrea install` helps.'
    end
    say(line)
  end, bufnr)
end

local function log()
  local client = client_or_say()
  if not client then
    return
  end
  local bufnr = vim.api.nvim_get_current_buf()
  local command = require('autocrea.wire').Command.LOG
  require('autocrea.client').execute(client, command, {}, function(err, result)
    if err then
      return say_failed('log', err)
    elseif type(result) ~= 'table' or type(result.path) ~= 'string' then
      return say('log: the server keeps none', vim.log.levels.WARN)
    end
    vim.cmd.tabedit(vim.fn.fnameescape(result.path))
    vim.bo.readonly, vim.bo.modifiable, vim.bo.autoread = true, false, true
    vim.cmd('normal! G')
  end, bufnr)
end

---@param invocation autocrea.Invocation
local function trust(invocation)
  local client = client_or_say()
  if not client then
    return
  end
  local value = invocation.rest ~= 'off'
  require('autocrea.client').trust(client, value)
  local root = client.config.root_dir or 'files without a project'
  say(('%s: %s'):format(root, value and 'trusted for this session' or 'not trusted'))
end

---@param invocation autocrea.Invocation
local function toggle(invocation)
  local here = invocation.rest == 'buffer'
  local on = require('autocrea').toggle(here and vim.api.nvim_get_current_buf() or nil)
  say(('suggestions %s%s'):format(on and 'on' or 'off', here and ' in this buffer' or ''))
end

---@param invocation autocrea.Invocation
local function install(invocation)
  local client = client_or_say()
  if not client then
    return
  end
  local path = invocation.rest
  local source = path ~= '' and vim.fn.fnamemodify(vim.fn.expand(path), ':p') or nil
  local token = ('autocrea-install-%d'):format(vim.uv.hrtime())
  local command = require('autocrea.wire').Command.MODEL_INSTALL
  local params = source and { source = source } or vim.empty_dict()
  progress[token] = client.id
  require('autocrea.client').execute(client, command, { params }, function(err, result)
    progress[token] = nil
    if err then
      say_failed('install', err)
    else
      say('the model is installed' .. (type(result) == 'table' and result.path and ': ' .. result.path or ''))
    end
  end, vim.api.nvim_get_current_buf(), token)
  say('installing the model; `:Autocrea cancel` stops it')
end

local function cancel()
  local any = require('autocrea.call').cancel_all()
  for token, id in pairs(progress) do
    local client = vim.lsp.get_client_by_id(id)
    if client then
      require('autocrea.client').notify(client, 'window/workDoneProgress/cancel', { token = token })
    end
  end
  say((any or next(progress)) and 'cancelling' or 'nothing to cancel')
  progress = {}
end

local function restart()
  require('autocrea.attach').restart(function()
    say('restarted')
  end)
end

local function trigger()
  require('autocrea').trigger()
end

---@class autocrea.Subcommand
---@field run fun(invocation: autocrea.Invocation)
---@field complete? fun(lead: string): string[]
---@field words? boolean it takes several, and completes each

---@type table<string, autocrea.Subcommand>
local SUBCOMMANDS = {
  status = { run = status },
  log = { run = log },
  trust = {
    run = trust,
    complete = function()
      return { 'off' }
    end,
  },
  toggle = {
    run = toggle,
    complete = function()
      return { 'buffer' }
    end,
  },
  install = {
    run = install,
    complete = function(lead)
      return vim.fn.getcompletion(lead, 'file')
    end,
  },
  cancel = { run = cancel },
  deploy = {
    run = function(invocation)
      require('autocrea.deploy_commands').run(invocation)
    end,
    complete = function()
      return require('autocrea.deploy_commands').complete()
    end,
    words = true,
  },
  restart = { run = restart },
  trigger = { run = trigger },
}

---@param name string
---@return autocrea.Subcommand?
local function subcommand_of(name)
  return SUBCOMMANDS[name] or require('autocrea.act_commands').SUBCOMMANDS[name]
end

---@param command { args: string, range: integer, line1: integer, line2: integer }
function M.run(command)
  local name, rest = vim.trim(command.args):match('^(%S+)%s*(.*)$')
  name = name or 'status'
  local subcommand = subcommand_of(name)
  if not subcommand then
    return say(('no subcommand %s'):format(name), vim.log.levels.ERROR)
  end
  subcommand.run({ rest = rest or '', range = command.range, line1 = command.line1, line2 = command.line2 })
end

---@param lead string what is being completed
---@param line string the command line up to the cursor
---@return string[]
function M.complete(lead, line)
  local words = vim.split(vim.trim(line:match('Autocrea(.*)') or ''), '%s+', { trimempty = true })
  local before = lead == '' and #words or #words - 1
  local candidates
  if before == 0 then
    candidates = vim.list_extend(vim.tbl_keys(SUBCOMMANDS), vim.tbl_keys(require('autocrea.act_commands').SUBCOMMANDS))
  else
    local subcommand = subcommand_of(words[1])
    local more = subcommand and subcommand.complete and (before == 1 or subcommand.words)
    candidates = more and subcommand.complete(lead) or {}
  end
  candidates = vim.tbl_filter(function(candidate)
    return vim.startswith(candidate, lead)
  end, candidates)
  table.sort(candidates)
  return candidates
end

return M
