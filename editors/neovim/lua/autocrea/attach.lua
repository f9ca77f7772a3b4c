--- What happens when our server takes up a buffer and when it leaves it; how the server is started.

local M = {}

---@param bufnr integer
---@param key string
---@return boolean
local function is_mapped(bufnr, key)
  return vim.api.nvim_buf_call(bufnr, function()
    return vim.fn.maparg(key, 'i') ~= ''
  end)
end

--- What a key does: ours where there is something to do, else what it does without us.
---@type table<string, fun(key: string): string>
local ACTIONS = {
  accept = function(key)
    return require('autocrea').accept_or(key, 'all')
  end,
  accept_word = function(key)
    return require('autocrea').accept_or(key, 'word')
  end,
  accept_line = function(key)
    return require('autocrea').accept_or(key, 'line')
  end,
  dismiss = function(key)
    return require('autocrea').visible() and '<Cmd>lua require("autocrea").dismiss()<CR>' or key
  end,
  trigger = function()
    return '<Cmd>lua require("autocrea").trigger()<CR>'
  end,
}

---@param bufnr integer
local function set_keys(bufnr)
  local config = require('autocrea.config')
  for action, key in vim.spairs(config.get().keymap or {}) do
    -- A default key gives way to any mapping of the user's; a configured one was meant.
    local taken = config.is_default_key(action, key) and is_mapped(bufnr, key)
    if key and not taken then
      vim.keymap.set('i', key, function()
        return ACTIONS[action](key)
      end, { buffer = bufnr, expr = true, desc = 'AUTOCREA: ' .. action })
    end
  end
end

--- A client took up a buffer.
---@param bufnr integer
function M.attached(bufnr)
  set_keys(bufnr)
  require('autocrea.suggestion').attach(bufnr)
  require('autocrea.status').refresh(bufnr)
end

--- A client left a buffer.
---@param bufnr integer
function M.detached(bufnr)
  require('autocrea.suggestion').detach(bufnr)
  require('autocrea.status').forget(bufnr)
  if vim.api.nvim_buf_is_valid(bufnr) then
    for _, map in ipairs(vim.api.nvim_buf_get_keymap(bufnr, 'i')) do
      if (map.desc or ''):find('AUTOCREA: ', 1, true) == 1 then
        pcall(vim.api.nvim_buf_del_keymap, bufnr, 'i', map.lhs)
      end
    end
  end
end

--- Neovim 0.10 has no vim.lsp.enable: start the server on a buffer by hand.
---@param bufnr integer
local function start(bufnr)
  if not require('autocrea.config').attaches(bufnr) then
    return
  end
  local file = vim.api.nvim_get_runtime_file('lsp/autocrea.lua', false)[1]
  local config = dofile(file)
  if vim.fn.executable(config.cmd[1]) == 0 then
    return -- :checkhealth says so; nobody wants to hear it with every file
  end
  config.root_dir = nil
  for _, markers in ipairs(config.root_markers) do
    config.root_dir = config.root_dir or vim.fs.root(bufnr, markers)
  end
  config.name = require('autocrea.client').NAME
  config.capabilities = vim.tbl_deep_extend('force', vim.lsp.protocol.make_client_capabilities(), config.capabilities)
  vim.lsp.start(config, { bufnr = bufnr })
end

--- Have the server started for the buffers it belongs on, those that are open and those to come.
function M.enable()
  if vim.lsp.enable then
    vim.lsp.enable(require('autocrea.client').NAME)
    return
  end
  vim.api.nvim_create_autocmd('FileType', {
    group = vim.api.nvim_create_augroup('autocrea.start', {}),
    desc = 'AUTOCREA: start the server',
    callback = function(event)
      start(event.buf)
    end,
  })
  if vim.v.vim_did_enter == 1 then
    for _, bufnr in ipairs(vim.api.nvim_list_bufs()) do
      if vim.api.nvim_buf_is_loaded(bufnr) and vim.bo[bufnr].filetype ~= '' then
        start(bufnr)
      end
    end
  end
end

local starting = false

--- The server for what needs no buffer of its own, as in the editor that `git commit` opens: the one that works in that
--- folder, else a new one for it. Where none can be started that is said, and `done` is not called.
---@param folder string?
---@param done fun(client: vim.lsp.Client)
function M.for_folder(folder, done)
  local lsp = require('autocrea.client')
  local say = require('autocrea.say')
  for _, client in ipairs(lsp.all()) do
    local root = client.config.root_dir
    if not folder or (root and vim.startswith(root .. '/', folder .. '/')) then
      return done(client)
    end
  end
  local config = vim.lsp.config and vim.deepcopy(vim.lsp.config[lsp.NAME])
  local cmd = config and config.cmd
  if starting or not config or (type(cmd) == 'table' and vim.fn.executable(cmd[1]) == 0) then
    local any = say.client() -- or says that there is none
    return any and done(any)
  end
  starting = true
  config.root_dir = folder
  local on_init = config.on_init
  config.on_init = function(client, result)
    starting = false
    if on_init then
      on_init(client, result)
    end
    done(client)
  end
  local on_exit = config.on_exit
  config.on_exit = function(...)
    starting = false
    if on_exit then
      on_exit(...)
    end
  end
  say.hint('starting the server…')
  vim.lsp.start(config, { attach = false })
end

--- Stop every server of ours and start anew with the configuration as it is now.
---@param done fun()
function M.restart(done)
  local lsp = require('autocrea.client')
  if vim.lsp.enable then
    vim.lsp.enable(lsp.NAME, false)
  end
  for _, client in ipairs(lsp.all()) do
    lsp.stop(client)
  end
  require('autocrea.config').reload()
  local tries = 0
  local timer = assert(vim.uv.new_timer())
  -- A stopped client lives on until its process has ended; one that does not end is killed after 3 s, and given up
  -- after 6 s.
  timer:start(
    0,
    50,
    vim.schedule_wrap(function()
      if timer:is_closing() then
        return
      end
      local left = lsp.all()
      tries = tries + 1
      if #left == 0 or tries == 120 then
        timer:close()
        M.enable()
        done()
      elseif tries == 60 then
        for _, client in ipairs(left) do
          lsp.stop(client, true)
        end
      end
    end)
  )
end

return M
