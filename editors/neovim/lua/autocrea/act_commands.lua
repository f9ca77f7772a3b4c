--- The subcommands of `:Autocrea` that have the model do something.

local M = {}

---@class autocrea.Invocation
---@field rest string what follows the subcommand, as it was typed
---@field range integer how many line numbers were given
---@field line1 integer
---@field line2 integer

local FIX = 'quickfix.autocrea'

--- The client of the current buffer; an act needs a file that the server knows. Nil, and said so, where it does not.
---@return vim.lsp.Client?
local function client_here()
  local say = require('autocrea.say')
  local bufnr = vim.api.nvim_get_current_buf()
  local client = require('autocrea.client').get(bufnr)
  if client then
    return client
  elseif say.client(bufnr) then
    say.warn('the server does not know this buffer; open a file')
  end
end

---@param invocation autocrea.Invocation
---@return vim.lsp.Client?
---@return { uri: string, range: autocrea.Range }
local function selected(invocation)
  local client = client_here()
  if not client then
    return nil, {}
  end
  local bufnr = vim.api.nvim_get_current_buf()
  local range = require('autocrea.place').range(bufnr, client.offset_encoding, invocation)
  return client, { uri = vim.uri_from_bufnr(bufnr), range = range }
end

---@param text string
---@return string?
local function given(text)
  return text ~= '' and text or nil
end

--- The problems of the line, of the lines given, or with `all` of the file; those of a file in one go.
---@param invocation autocrea.Invocation
local function fix(invocation)
  if not client_here() then
    return
  end
  local all = invocation.rest == 'all'
  local kind = all and FIX .. '.all' or FIX
  local options = {
    apply = true,
    context = { only = { kind } },
    filter = function(action)
      return action.kind == kind
    end,
  }
  if all or invocation.range > 0 then
    local first = all and 1 or invocation.line1
    local last = all and vim.fn.line('$') or invocation.line2
    options.range = { start = { first, 0 }, ['end'] = { last, math.max(0, #vim.fn.getline(last) - 1) } }
  end
  vim.lsp.buf.code_action(options)
end

---@param invocation autocrea.Invocation
local function refactor(invocation)
  local client, params = selected(invocation)
  if client then
    params.goal, params.instruction = 'refactor', given(invocation.rest)
    require('autocrea.acts').refactor(client, params)
  end
end

--- An act that needs no instruction, but takes one.
---@param goal autocrea.Goal
---@return fun(invocation: autocrea.Invocation)
local function act(goal)
  return function(invocation)
    local client, params = selected(invocation)
    if client then
      params.goal, params.instruction = goal, given(invocation.rest)
      require('autocrea.acts').edit(client, params)
    end
  end
end

---@param invocation autocrea.Invocation
local function explain(invocation)
  if invocation.range == 0 and invocation.rest == '' and require('autocrea.float').focus() then
    return -- wherever the cursor is by now: who wants another one closes this one, or names the lines
  end
  local client, params = selected(invocation)
  if client then
    params.question = given(invocation.rest)
    require('autocrea.acts').explain(client, params)
  end
end

--- At the cursor; `@new` or `@{path}` first: as a new file. A buffer that the server does not know has no place for it.
---@param rest string
---@return vim.lsp.Client?
---@return autocrea.GenerateParams
local function generation(rest)
  local bufnr = vim.api.nvim_get_current_buf()
  local client = require('autocrea.say').client(bufnr)
  local path, prompt = rest:match('^@(%S+)%s*(.*)$')
  if path then
    return client, { prompt = prompt, path = path ~= 'new' and path or nil }
  elseif client and client.attached_buffers[bufnr] then
    local position = require('autocrea.place').cursor(bufnr, client.offset_encoding)
    local language = given(vim.bo[bufnr].filetype)
    return client, { prompt = rest, uri = vim.uri_from_bufnr(bufnr), position = position, language = language }
  end
  return client, { prompt = rest }
end

---@param invocation autocrea.Invocation
local function generate(invocation)
  local client, params = generation(invocation.rest)
  if client then
    require('autocrea.acts').generate(client, params)
  end
end

---@param invocation autocrea.Invocation
local function chat(invocation)
  local rest = invocation.rest
  local client = require('autocrea.say').client()
  if not client then
    return
  elseif rest == 'new' or rest == 'list' or rest == 'send' then
    return require('autocrea.chat')[rest]()
  end
  local bufnr = vim.api.nvim_get_current_buf()
  local selection = invocation.range > 0
    and require('autocrea.attachments').selection(bufnr, client.offset_encoding, invocation)
  require('autocrea.chat').open(rest, selection or nil)
end

---@type table<autocrea.PromptOf, fun(invocation: autocrea.Invocation, text: string): vim.lsp.Client?, table>
local PREVIEWS = {
  edit = function(invocation, text)
    local client, params = selected(invocation)
    params.goal, params.instruction = 'refactor', given(text)
    return client, params
  end,
  explain = function(invocation, text)
    local client, params = selected(invocation)
    params.question = given(text)
    return client, params
  end,
  generate = function(_, text)
    return generation(text)
  end,
  chat = function(_, text)
    local client = require('autocrea.say').client()
    local encoding = client and client.offset_encoding or 'utf-16'
    local message, attached = require('autocrea.attachments').parse(text, encoding, vim.api.nvim_get_current_buf())
    local attachments = vim.tbl_map(function(pending)
      return pending.attachment
    end, attached)
    return client, { message = message, attachments = #attached > 0 and attachments or nil }
  end,
  commitMessage = function()
    return require('autocrea.say').client(), vim.empty_dict()
  end,
}

---@param invocation autocrea.Invocation
local function preview(invocation)
  local kind, text = invocation.rest:match('^(%a+)%s*(.*)$')
  kind = kind or 'explain'
  if not PREVIEWS[kind] then
    local known = table.concat(vim.fn.sort(vim.tbl_keys(PREVIEWS)), ', ')
    return require('autocrea.say').warn(('preview of what? One of %s'):format(known))
  end
  local client, params = PREVIEWS[kind](invocation, text or '')
  if client then
    require('autocrea.prompt').preview(client, kind, params)
  end
end

---@param invocation autocrea.Invocation
local function sent(invocation)
  local client = require('autocrea.say').client()
  if client then
    require('autocrea.prompt').sent(client, given(invocation.rest))
  end
end

local function proposals()
  local say = require('autocrea.say')
  local client = say.client()
  if not client then
    return
  end
  local method = require('autocrea.wire').Method.PROPOSALS
  local options = { what = 'proposals', brief = true, quiet = true }
  options.on_end = function(result)
    if type(result) ~= 'table' then
      return
    elseif #result.proposals == 0 then
      return say.say('no proposals wait')
    end
    local select = { prompt = 'AUTOCREA proposals:' }
    select.format_item = function(proposal)
      local file = proposal.files[1]
      return proposal.title .. (file and '  ' .. require('autocrea.place').name(vim.uri_to_fname(file.uri)) or '')
    end
    vim.ui.select(result.proposals, select, function(proposal)
      if proposal then
        require('autocrea.review').open(client, proposal)
      end
    end)
  end
  require('autocrea.call').start(client, method, vim.empty_dict(), options)
end

---@param ... string
---@return fun(): string[]
local function words(...)
  local list = { ... }
  return function()
    return list
  end
end

---@type table<string, autocrea.Subcommand>
M.SUBCOMMANDS = {
  fix = { run = fix, complete = words('all') },
  refactor = { run = refactor },
  document = { run = act('document') },
  tests = { run = act('tests') },
  explain = { run = explain },
  generate = { run = generate, complete = words('@new') },
  chat = { run = chat, complete = words('new', 'list', 'send', '@file', '@diagnostics') },
  commit = {
    run = function()
      require('autocrea.commit').run()
    end,
  },
  preview = { run = preview, complete = words(unpack(vim.tbl_keys(PREVIEWS))) },
  sent = { run = sent, complete = words(unpack(vim.tbl_keys(PREVIEWS))) },
  proposals = { run = proposals },
}

return M
