--- The hosts of deployments: which there are, which one a word names, and picking one with its target.

local M = {}

local NAMES = { 'preview', 'vercel', 'netlify', 'railway' } -- until the server has told which are installed

---@class autocrea.HostPick
---@field title string
---@field host? autocrea.DeployHost
---@field forget? boolean the user wants no host to be remembered for the folder

local told ---@type autocrea.DeployHosts?

--- Ask the server which there are.
---@param client vim.lsp.Client
---@param done? fun(hosts: autocrea.DeployHosts)
function M.learn(client, done)
  local name = require('autocrea.wire').Command.DEPLOY_HOSTS
  require('autocrea.client').execute(client, name, { vim.empty_dict() }, function(err, result)
    if err or type(result) ~= 'table' or type(result.hosts) ~= 'table' then
      if done then
        require('autocrea.say').failed('deploy', err or 'the server does not say which hosts there are')
      end
      return
    end
    told = result
    if done then
      done(result)
    end
  end, vim.api.nvim_get_current_buf())
end

--- Their names, for completion; asks in the background where that is not known yet.
---@return string[]
function M.names()
  if not told then
    local client = vim.lsp.get_clients({ name = 'autocrea' })[1]
    if client then
      M.learn(client)
    end
    return vim.list_extend({}, NAMES)
  end
  return vim.tbl_map(function(host)
    return host.name
  end, told.hosts)
end

--- The first word that names a host, and the words without it.
---@param words string[]
---@return string? host
---@return string[] rest
function M.split(words)
  local known = told and M.names() or NAMES
  local host, rest = nil, {}
  for _, word in ipairs(words) do
    if not host and vim.tbl_contains(known, word) then
      host = word
    else
      rest[#rest + 1] = word
    end
  end
  return host, rest
end

---@param host autocrea.DeployHost
---@param hosts autocrea.DeployHosts
---@return string
local function title(host, hosts)
  local notes = {}
  if host['local'] then
    notes[#notes + 1] = 'on this machine, no account'
  end
  if host.linked then
    notes[#notes + 1] = 'linked to this folder'
  end
  if hosts.picked and host.name == hosts.default then
    notes[#notes + 1] = hosts.target == 'preview' and 'chosen last time' or 'chosen last time, with ' .. hosts.target
  end
  return #notes > 0 and ('%s (%s)'):format(host.title, table.concat(notes, ', ')) or host.title
end

--- What is offered: the host that a deployment goes to by itself first; last, how to forget that it was chosen.
---@param hosts autocrea.DeployHosts
---@return autocrea.HostPick[]
local function choices(hosts)
  local list = {} ---@type autocrea.HostPick[]
  for _, host in ipairs(hosts.hosts) do
    table.insert(list, host.name == hosts.default and 1 or #list + 1, { title = title(host, hosts), host = host })
  end
  if hosts.picked then
    list[#list + 1] = { title = 'Forget the choice for this folder', forget = true }
  end
  return list
end

--- The targets of a host: that of last time first, never production.
---@param host autocrea.DeployHost
---@param hosts autocrea.DeployHosts
---@return string[]
local function targets(host, hosts)
  if host['local'] then
    return { 'preview' }
  end
  local list = { 'preview', 'production' }
  if hosts.picked and host.name == hosts.default and hosts.target ~= 'preview' then
    table.insert(list, 1, hosts.target)
  end
  if vim.tbl_contains(host.abilities, 'other_targets') then
    list[#list + 1] = 'another environment…'
  end
  return list
end

---@param host autocrea.DeployHost
---@param hosts autocrea.DeployHosts
---@param done fun(params: autocrea.DeployParams)
local function pick_target(host, hosts, done)
  local list = targets(host, hosts)
  if #list == 1 then
    return done({ provider = host.name, target = list[1] })
  end
  vim.ui.select(list, { prompt = ('AUTOCREA: deploy to %s as'):format(host.title) }, function(target)
    if target ~= 'another environment…' then
      return target and done({ provider = host.name, target = target })
    end
    vim.ui.input({ prompt = ('Environment at %s: '):format(host.title) }, function(name)
      if name and vim.trim(name) ~= '' then
        done({ provider = host.name, target = vim.trim(name) })
      end
    end)
  end)
end

--- Have the user choose a host and a target of it.
---@param client vim.lsp.Client
---@param done fun(params: autocrea.DeployParams)
function M.pick(client, done)
  M.learn(client, function(hosts)
    local options = {
      prompt = 'AUTOCREA: deploy to',
      format_item = function(choice)
        return choice.title
      end,
    }
    vim.ui.select(choices(hosts), options, function(choice)
      if choice and choice.forget then
        M.forget(client)
      elseif choice then
        pick_target(choice.host, hosts, done)
      end
    end)
  end)
end

--- Remember no choice for the folder any more.
---@param client vim.lsp.Client
function M.forget(client)
  require('autocrea.deploy_commands').execute(client, require('autocrea.wire').Command.DEPLOY_FORGET, {})
end

return M
