--- The history of deployments, to pick one and to do something with it.

local M = {}

local LIMIT = 50

local MARKS = { ---@type table<string, string>
  success = '✓',
  failed = '✗',
  canceled = '⊘',
  interrupted = '⊘',
  blocked = '!',
  unknown = '?',
}

local ACTS = { ---@type table<string, { title: string, command: string }> by what the server says can be done about one
  cancel = { title = 'Cancel', command = 'DEPLOY_CANCEL' },
  redeploy = { title = 'Deploy once more', command = 'DEPLOY_REDEPLOY' },
  promote = { title = 'Promote to production', command = 'DEPLOY_PROMOTE' },
  rollback = { title = 'Roll back to it', command = 'DEPLOY_ROLLBACK' },
}

---@param row autocrea.Deployment
---@return string
local function line(row)
  local deploy = require('autocrea.deploy')
  local mark = row.live and '●' or MARKS[row.state] or '…'
  local what = row.url ~= '' and row.url or row.error
  return vim.trim(
    ('%s %-11s %7s  %s  %s  %s'):format(mark, row.state, deploy.ago(row.createdAt), deploy.where(row), row.source, what)
  )
end

---@class autocrea.DeployAct
---@field title string
---@field run fun(client: vim.lsp.Client, row: autocrea.Deployment)

---@param name string
---@return fun(client: vim.lsp.Client, row: autocrea.Deployment)
local function command(name)
  return function(client, row)
    require('autocrea.deploy_commands').execute(client, name, { id = row.id })
  end
end

---@param row autocrea.Deployment
---@return autocrea.DeployAct[]
local function acts(row)
  local Command = require('autocrea.wire').Command
  local list = {} ---@type autocrea.DeployAct[]
  local function add(title, run)
    list[#list + 1] = { title = title, run = run }
  end
  if row.url ~= '' then
    add('Open', command(Command.DEPLOY_OPEN))
    add('Copy the URL', function(_, picked)
      require('autocrea.deploy_commands').copy(picked.url)
    end)
  end
  for _, act in ipairs(type(row.acts) == 'table' and row.acts or {}) do
    if act == 'log' then
      add('Show the log', function(client, picked)
        require('autocrea.deploy_log').open(client, picked.id)
      end)
    elseif ACTS[act] then
      add(ACTS[act].title, command(Command[ACTS[act].command]))
    end
  end
  return list
end

--- Pick one, then what to do with it.
---@param client vim.lsp.Client
---@param params autocrea.DeployListParams
function M.open(client, params)
  local say = require('autocrea.say')
  params = vim.tbl_extend('keep', params, { limit = LIMIT, acts = true })
  local name = require('autocrea.wire').Command.DEPLOY_LIST
  require('autocrea.client').execute(client, name, { params }, function(err, result)
    if err then
      return say.failed('deploy list', err)
    end
    local rows = type(result) == 'table' and result.deployments or {}
    if #rows == 0 then
      return say.say('nothing was deployed from here yet')
    end
    vim.ui.select(rows, { prompt = 'AUTOCREA deployments:', format_item = line }, function(row)
      if not row then
        return
      end
      local options = {
        prompt = line(row),
        format_item = function(act)
          return act.title
        end,
      }
      vim.ui.select(acts(row), options, function(act)
        if act then
          act.run(client, row)
        end
      end)
    end)
  end, vim.api.nvim_get_current_buf())
end

return M
