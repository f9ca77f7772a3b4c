--- `:Autocrea deploy …`: what each word does. To give the command is to trust the folder, for this session.

local M = {}

local TARGETS = { 'preview', 'production' }
local OPTIONS = { -- words of the form `--name=value`, and the field of the params that they fill
  git = 'git',
  commit = 'commit',
  repo = 'repository',
  project = 'project',
  team = 'team',
  env = 'environment',
  ['env-file'] = 'environmentFile',
  include = 'include',
  framework = 'framework',
  install = 'installCommand',
  build = 'buildCommand',
  output = 'outputDirectory',
  root = 'rootDirectory',
}
local LISTS = { environment = true, include = true }

---@param client vim.lsp.Client
local function trust(client)
  local lsp = require('autocrea.client')
  if not lsp.is_trusted(client.config.root_dir) then
    lsp.trust(client, true)
  end
end

--- Run a server command and say what came of it.
---@param client vim.lsp.Client
---@param name string
---@param params table
---@param done? fun(result: any) default: its `text` is said
function M.execute(client, name, params, done)
  trust(client)
  local say = require('autocrea.say')
  params = next(params) and params or vim.empty_dict()
  require('autocrea.client').execute(client, name, { params }, function(err, result)
    if err then
      say.failed('deploy', err)
    elseif done then
      done(result)
    elseif type(result) == 'table' and type(result.text) == 'string' then
      say.say(result.text)
    end
  end, vim.api.nvim_get_current_buf())
end

---@param url string
function M.copy(url)
  vim.fn.setreg('"', url)
  pcall(vim.fn.setreg, '+', url)
  require('autocrea.say').say('copied ' .. url)
end

--- `vercel production --git=main --env=NAME` as the params of a deployment; nil, and said so, for what is none.
---@param words string[]
---@return autocrea.DeployParams?
function M.parse(words)
  local say = require('autocrea.say')
  local params, git, plain = {}, {}, {}
  for _, word in ipairs(words) do
    local name, value = word:match('^%-%-([%w-]+)=(.*)$')
    local field = name and OPTIONS[name]
    if word == '--dry-run' then
      params.dryRun = true
    elseif word == '--prod' then
      params.target = 'production'
    elseif field == 'git' or field == 'commit' or field == 'repository' then
      git[field] = value
    elseif field == 'environmentFile' then
      params[field] = vim.uri_from_fname(vim.fn.fnamemodify(vim.fn.expand(value), ':p'))
    elseif field and LISTS[field] then
      params[field] = vim.list_extend(params[field] or {}, vim.split(value, ','))
    elseif field then
      params[field] = value
    elseif vim.startswith(word, '-') then
      return say.warn(('deploy: no option %s'):format(word))
    else
      plain[#plain + 1] = word
    end
  end
  if #plain > 2 then
    return say.warn('deploy: at most a host and a target')
  elseif next(git) and not git.git then
    return say.warn('deploy: --commit and --repo go with --git=BRANCH')
  end
  params.provider, params.target = plain[1], plain[2] or params.target
  if git.git then
    params.source = { branch = git.git, commit = git.commit, repository = git.repository }
  end
  return params
end

---@param plan autocrea.DeployPlan
local function show_plan(plan)
  local lines = {
    ('%s: %s of %s'):format(plan.provider, plan.target, plan.project ~= '' and plan.project or 'a new project'),
    ('%d files, %.1f KB. Nothing was sent.'):format(#plan.files, plan.totalBytes / 1000),
    '',
  }
  vim.list_extend(lines, plan.notes)
  for _, file in ipairs(plan.files) do
    lines[#lines + 1] = ('%10d  %s'):format(file.bytes, file.name)
  end
  for _, each in ipairs(plan.leftOut) do
    lines[#lines + 1] = ('  left out  %s: %s'):format(each.name, each.reason)
  end
  local one_line = vim.tbl_map(function(text)
    return (text:gsub('[\r\n]', ' '))
  end, lines)
  require('autocrea.sheet').open('deploy-plan', one_line, 'autocrea-deploy')
end

---@param client vim.lsp.Client
---@param params autocrea.DeployParams
local function start(client, params)
  local name = require('autocrea.wire').Command.DEPLOY
  M.execute(client, name, params, function(result)
    if type(result) == 'table' and type(result.plan) == 'table' then
      show_plan(result.plan)
    else
      require('autocrea.say').hint('deploying… (`:Autocrea deploy cancel` stops it)')
    end
  end)
end

---@param row any
local function say_row(row)
  local say, deploy = require('autocrea.say'), require('autocrea.deploy')
  if type(row) ~= 'table' then
    return say.say('nothing was deployed from here yet')
  end
  local what = row.url ~= '' and row.url or row.error ~= '' and row.error or row.detail
  say.say(('%s: %s, %s ago. %s'):format(deploy.where(row), row.state, deploy.ago(row.createdAt), what))
end

--- `[host] [id]` as the params of an act.
---@param words string[]
---@return autocrea.DeploymentActParams
local function meant(words)
  local host, rest = require('autocrea.deploy_hosts').split(words)
  return { id = rest[1], provider = host }
end

--- With the newest deployment of the folder, or of it at a host, where no id is given.
---@param client vim.lsp.Client
---@param words string[]
---@param done fun(row: autocrea.Deployment)
local function with_row(client, words, done)
  local name = require('autocrea.wire').Command.DEPLOY_STATUS
  M.execute(client, name, meant(words), function(row)
    if type(row) ~= 'table' then
      return say_row(nil)
    end
    done(row)
  end)
end

--- How many at each host, where there are several.
---@param sums autocrea.DeployStats
---@return string
local function by_host(sums)
  local hosts = type(sums.hosts) == 'table' and #sums.hosts > 1 and sums.hosts or {}
  local parts = vim.tbl_map(function(each)
    return ('%s %d'):format(each.provider, each.total)
  end, hosts)
  return table.concat(parts, ' · ')
end

---@param command string name in `wire.Command`
---@return fun(client: vim.lsp.Client, words: string[])
local function act(command)
  return function(client, words)
    M.execute(client, require('autocrea.wire').Command[command], meant(words))
  end
end

---@type table<string, fun(client: vim.lsp.Client, words: string[])>
M.ACTS = {
  cancel = act('DEPLOY_CANCEL'),
  rollback = act('DEPLOY_ROLLBACK'),
  redeploy = act('DEPLOY_REDEPLOY'),
  open = function(client, words)
    with_row(client, words, function(row)
      if not row.url:match('^https?://') then
        return require('autocrea.say').warn('it has no URL')
      end
      vim.ui.open(row.url)
    end)
  end,
  copy = function(client, words)
    with_row(client, words, function(row)
      M.copy(row.url)
    end)
  end,
  promote = function(client, words)
    with_row(client, words, function(row)
      M.execute(client, require('autocrea.wire').Command.DEPLOY_PROMOTE, { id = row.id })
    end)
  end,
  status = function(client, words)
    M.execute(client, require('autocrea.wire').Command.DEPLOY_STATUS, meant(words), say_row)
  end,
  logs = function(client, words)
    with_row(client, words, function(row)
      require('autocrea.deploy_log').open(client, row.id)
    end)
  end,
  list = function(client, words)
    local host, rest = require('autocrea.deploy_hosts').split(words)
    trust(client)
    require('autocrea.deploy_list').open(client, {
      provider = host,
      remote = vim.tbl_contains(rest, 'remote'),
      everywhere = vim.tbl_contains(rest, 'all'),
    })
  end,
  stats = function(client, words)
    local host = require('autocrea.deploy_hosts').split(words)
    M.execute(client, require('autocrea.wire').Command.DEPLOY_STATS, { provider = host }, function(sums)
      local rate = type(sums.successRate) == 'number' and ('%d %% went well'):format(sums.successRate * 100) or ''
      local median = type(sums.medianDurationS) == 'number' and ('%d s in the middle'):format(sums.medianDurationS)
        or ''
      local parts = vim.tbl_filter(function(part)
        return part ~= ''
      end, { ('%d deployments'):format(sums.total), rate, median, by_host(sums) })
      require('autocrea.say').say(table.concat(parts, ', '))
    end)
  end,
  link = function(client, words)
    if #words < 2 then
      return require('autocrea.say').warn('deploy link: which host, and which project of it?')
    end
    local params = { provider = words[1], project = words[2], team = words[3] }
    M.execute(client, require('autocrea.wire').Command.DEPLOY_LINK, params)
  end,
  env = function(client, words)
    if #words < 1 then
      return require('autocrea.say').warn('deploy env: into which file? Git must ignore it')
    end
    local host, rest = require('autocrea.deploy_hosts').split(vim.list_slice(words, 2))
    local params = { file = words[1], provider = host, target = rest[1] }
    M.execute(client, require('autocrea.wire').Command.DEPLOY_ENV_PULL, params)
  end,
  pick = function(client)
    trust(client)
    require('autocrea.deploy_hosts').pick(client, function(params)
      start(client, params)
    end)
  end,
  forget = function(client)
    require('autocrea.deploy_hosts').forget(client)
  end,
}

---@param invocation autocrea.Invocation
function M.run(invocation)
  local client = require('autocrea.say').client()
  if not client then
    return
  end
  local words = vim.split(invocation.rest, '%s+', { trimempty = true })
  local known = M.ACTS[words[1] or '']
  if known then
    table.remove(words, 1)
    return known(client, words)
  end
  local params = M.parse(words)
  if params then
    start(client, params)
  end
end

---@return string[]
function M.complete()
  local words = vim.list_extend(require('autocrea.deploy_hosts').names(), vim.tbl_keys(M.ACTS))
  vim.list_extend(words, { TARGETS[2], '--dry-run', '--prod' })
  for name in pairs(OPTIONS) do
    words[#words + 1] = ('--%s='):format(name)
  end
  return words
end

return M
