--- `:checkhealth autocrea`

local M = {}

local health = vim.health

local PATIENCE_MS = 5000 -- for `--version` of a cold Python, and for a status

local function check_neovim()
  health.start('autocrea: Neovim')
  local version = tostring(vim.version())
  if vim.fn.has('nvim-0.11') == 1 then
    health.ok('Neovim ' .. version)
  elseif vim.fn.has('nvim-0.10') == 1 then
    health.ok('Neovim ' .. version .. ' (0.11 or newer is what the plugin is tested with)')
  else
    health.error('Neovim ' .. version .. ' is too old', { 'Install Neovim 0.10 or newer' })
  end
end

--- What counts: the plugin's field, unless the user configured the server with vim.lsp.config.
---@return string[]|function?
local function command()
  local resolved = vim.lsp.config and vim.lsp.config[require('autocrea.client').NAME]
  return resolved and resolved.cmd or require('autocrea.config').get().cmd
end

local function check_server()
  health.start('autocrea: server')
  local cmd = command()
  if type(cmd) ~= 'table' then
    health.info('`cmd` is a function: the program cannot be checked')
    return
  end
  local path = vim.fn.exepath(cmd[1])
  if path == '' then
    health.error(('`%s` is not executable'):format(cmd[1]), {
      'Install it: `pip install autocrea-lsp` or `uv tool install autocrea-lsp`',
      'Or say where it is: `vim.g.autocrea = { cmd = { "/path/to/autocrea-lsp" } }`',
    })
    return
  end
  health.ok(('`%s` is %s'):format(cmd[1], path))
  local started, process = pcall(vim.system, vim.list_extend(vim.list_slice(cmd), { '--version' }), { text = true })
  local result = started and process:wait(PATIENCE_MS) or nil
  local version = result and result.code == 0 and vim.trim(result.stdout or '') or ''
  if version ~= '' then
    health.ok('version: ' .. vim.split(version, '\n')[1])
  else
    health.error('it does not answer `--version`', { 'Run it in a terminal and see what it says' })
  end
end

---@param client vim.lsp.Client
local function check_client(client)
  local wire = require('autocrea.wire')
  local buffers = vim.tbl_count(client.attached_buffers)
  local info = client.server_info or {}
  health.ok(
    ('client %d: %s %s, %s, %d buffer(s), positions in %s'):format(
      client.id,
      info.name or '?',
      info.version or '',
      client.config.root_dir or 'no folder',
      buffers,
      client.offset_encoding
    )
  )
  local theirs = vim.tbl_get(client.server_capabilities, 'experimental', 'autocrea', 'version')
  if theirs == wire.VERSION then
    health.ok(('plugin and server speak the same version of the custom messages (%d)'):format(wire.VERSION))
  elseif theirs then
    health.error(
      ('plugin speaks version %d of the custom messages, the server version %s'):format(wire.VERSION, theirs),
      { 'Update the plugin and the server together' }
    )
  else
    health.info('the server does not say which version of the custom messages it speaks')
  end
  if not client.server_capabilities.inlineCompletionProvider then
    health.error('the server offers no inline completion')
  end
  if client.server_capabilities.codeActionProvider then
    health.ok('the server offers code actions')
  else
    health.warn('the server offers no code actions', { 'Switch `actions.enable` on in its settings, or update it' })
  end
  local bufnr = next(client.attached_buffers)
  if bufnr then
    local params = { uri = vim.uri_from_bufnr(bufnr) }
    local status = require('autocrea.client').request_sync(client, wire.Method.STATUS, params, PATIENCE_MS, bufnr)
    if type(status) ~= 'table' then
      health.error('the server does not answer a question for its status')
    elseif status.state == 'ready' or status.state == 'busy' then
      health.ok(('status: %s. %s'):format(status.state, status.message))
    else
      health.warn(('status: %s. %s'):format(status.state, status.message))
    end
  end
end

local function check_clients()
  health.start('autocrea: clients')
  local clients = require('autocrea.client').all()
  if #clients == 0 then
    health.warn('no server is running', { 'Open a file; the server starts for every listed buffer with a filetype' })
  end
  for _, client in ipairs(clients) do
    check_client(client)
  end
end

--- Others who draw text at the cursor.
---@return string[]
local function rivals()
  local found = {}
  local modules = {
    ['copilot.suggestion'] = 'copilot.lua',
    ['supermaven-nvim'] = 'supermaven-nvim',
    ['codeium.virtual_text'] = 'codeium.nvim',
    ['neocodeium'] = 'neocodeium',
    ['minuet.virtualtext'] = 'minuet-ai.nvim',
    ['tabnine'] = 'tabnine-nvim',
  }
  for module, name in vim.spairs(modules) do
    if package.loaded[module] then
      found[#found + 1] = name
    end
  end
  for variable, name in vim.spairs({ loaded_copilot = 'copilot.vim', loaded_codeium = 'codeium.vim' }) do
    if vim.g[variable] then
      found[#found + 1] = name
    end
  end
  local blink = package.loaded['blink.cmp.config']
  if blink and vim.tbl_get(blink, 'completion', 'ghost_text', 'enabled') == true then
    found[#found + 1] = 'blink.cmp (completion.ghost_text)'
  end
  local cmp = package.loaded['cmp.config']
  if cmp and type(cmp.get) == 'function' then
    local ok, config = pcall(cmp.get)
    if ok and vim.tbl_get(config, 'experimental', 'ghost_text') then
      found[#found + 1] = 'nvim-cmp (experimental.ghost_text)'
    end
  end
  return found
end

local function check_ghost_text()
  health.start('autocrea: ghost text')
  local found = rivals()
  if #found > 0 then
    health.warn('also draws text at the cursor: ' .. table.concat(found, ', '), {
      'Switch its ghost text off, or ours: `vim.g.autocrea = { enabled = false }`',
    })
  end
  local core = vim.lsp.inline_completion
  if core and core.is_enabled() then
    health.info("vim.lsp.inline_completion is on: Neovim shows the suggestions and the plugin's own ghost text rests")
  end
  if #found == 0 and not (core and core.is_enabled()) then
    health.ok('nobody else draws text at the cursor')
  end
end

local function check_markdown()
  health.start('autocrea: explanations and chat')
  if pcall(vim.treesitter.language.add, 'markdown') then
    health.ok('Markdown is highlighted by its tree-sitter parser')
  else
    health.info("no tree-sitter parser for Markdown: Vim's own syntax highlighting is used")
  end
end

function M.check()
  check_neovim()
  check_server()
  check_clients()
  check_ghost_text()
  check_markdown()
end

return M
