--- Deployments as this Neovim knows them: what the server tells of each, a label for a status line, one message at the
--- end. The server drives them; they go on when Neovim closes.

local M = {}

---@class autocrea.DeployEntry
---@field event autocrea.DeployEvent the last one
---@field at integer seconds since the epoch, when it came

local entries = {} ---@type table<string, autocrea.DeployEntry>
local newest ---@type string?

local LEVELS = { failed = vim.log.levels.ERROR, unknown = vim.log.levels.WARN, interrupted = vim.log.levels.WARN }

--- What a deployment is called: host and target.
---@param row autocrea.Deployment
---@return string
function M.where(row)
  return row.provider == row.target and row.provider or ('%s (%s)'):format(row.provider, row.target)
end

--- How long ago, in one unit.
---@param at number seconds since the epoch
---@return string
function M.ago(at)
  local seconds = math.max(0, os.time() - at)
  for _, unit in ipairs({ { 86400, 'd' }, { 3600, 'h' }, { 60, 'min' } }) do
    if seconds >= unit[1] then
      return ('%d %s'):format(math.floor(seconds / unit[1]), unit[2])
    end
  end
  return ('%d s'):format(math.floor(seconds))
end

---@param row autocrea.Deployment
---@return string
local function ending(row)
  local name = row.project ~= '' and row.project or 'the project'
  local why = row.error ~= '' and row.error or row.detail
  if row.state == 'success' then
    return ('%s deployed to %s: %s'):format(name, M.where(row), row.url)
  elseif row.state == 'failed' then
    return ('%s was not deployed to %s. %s `:Autocrea deploy logs` shows why.'):format(name, M.where(row), why)
  elseif row.state == 'canceled' then
    return ('the deployment of %s to %s was canceled. %s'):format(name, M.where(row), why)
  end
  return ('the deployment of %s to %s is %s. %s'):format(name, M.where(row), row.state, why)
end

--- The server told what happened to one (`autocrea/deploy/event`).
---@param event autocrea.DeployEvent
function M.event(event)
  local row = type(event) == 'table' and event.deployment or nil
  if type(row) ~= 'table' or type(row.id) ~= 'string' then
    return
  end
  local before = entries[row.id]
  if not before or not newest then
    newest = row.id
  end
  entries[row.id] = { event = event, at = os.time() }
  require('autocrea.deploy_log').changed(row.id, event)
  local say = require('autocrea.say')
  if event.finished then
    local notices = type(event.notices) == 'table' and event.notices or {}
    say.hint('')
    say.say(vim.trim(table.concat({ vim.trim(ending(row)), unpack(notices) }, ' ')), LEVELS[row.state])
  elseif vim.api.nvim_get_mode().mode == 'n' and not (before and before.event.text == event.text) then
    say.hint(('deploy %s: %s'):format(M.where(row), event.text)) -- on the last line; who types is left alone
  end
  vim.api.nvim_exec_autocmds('User', { pattern = 'AutocreaDeploy', modeline = false, data = { event = event } })
  pcall(vim.cmd.redrawstatus)
end

--- The last that is known of one; of the newest that was heard of where no id is given.
---@param id string?
---@return autocrea.Deployment?
function M.row(id)
  local entry = entries[id or newest or '']
  return entry and entry.event.deployment or nil
end

--- The one that a status line tells of: the newest that runs, at whatever host, else the newest that was heard of.
---@return autocrea.DeployEntry?
local function shown()
  local running ---@type autocrea.DeployEntry?
  for _, entry in pairs(entries) do
    local at = entry.event.deployment.createdAt
    if not entry.event.finished and (not running or at > running.event.deployment.createdAt) then
      running = entry
    end
  end
  return running or entries[newest or '']
end

--- For a status line: '' before the first deployment of this session, else for example `netlify (preview) building 45%`
--- or `netlify (preview) success 3 min`. Never waits and never asks.
---@return string
function M.label()
  local entry = shown()
  if not entry then
    return ''
  end
  local event = entry.event
  local row = event.deployment
  if event.finished then
    return ('%s %s %s'):format(M.where(row), row.state, M.ago(entry.at))
  end
  local percent = type(event.percent) == 'number' and (' %d%%'):format(event.percent) or ''
  return ('%s %s%s'):format(M.where(row), row.state, percent)
end

--- The values of variables that a deployment shall have, from the user's own function: asked for one by one as
--- `env:NAME`. What it does not know is left out.
---@param params autocrea.DeployEnvironmentParams
---@return autocrea.DeployEnvironment
function M.environment(params)
  local values = vim.empty_dict()
  for _, name in ipairs(type(params) == 'table' and type(params.names) == 'table' and params.names or {}) do
    local secret = require('autocrea.credentials').answer({ provider = 'env:' .. name }).secret
    if type(secret) == 'string' then
      values[name] = secret
    end
  end
  return { values = values }
end

return M
