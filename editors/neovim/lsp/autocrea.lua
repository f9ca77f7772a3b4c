--- The server for |vim.lsp.enable()|. `vim.lsp.config('autocrea', {…})` of the user's comes on top.

local config = require('autocrea.config').get()
local wire = require('autocrea.wire')
local settings = next(config.settings) and config.settings or nil

---@type vim.lsp.Config
return {
  cmd = config.cmd,

  -- The nearest project file of any kind, else the repository, else none: the server works without a folder.
  root_markers = {
    {
      'pyproject.toml',
      'setup.py',
      'package.json',
      'tsconfig.json',
      'go.mod',
      'Cargo.toml',
      'composer.json',
      'Gemfile',
      'pom.xml',
      'build.gradle',
      'CMakeLists.txt',
    },
    '.git',
  },

  -- Says yes or no to a buffer; with no folder given Neovim looks for `root_markers`.
  root_dir = function(bufnr, on_dir)
    if require('autocrea.config').attaches(bufnr) then
      on_dir()
    end
  end,

  capabilities = {
    textDocument = { inlineCompletion = { dynamicRegistration = false } },
    workspace = { workspaceEdit = { documentChanges = true, resourceOperations = { 'create' } } },
    experimental = { autocrea = { version = wire.VERSION, deploy = { messages = true } } },
  },

  init_options = { trusted = config.trusted, settings = settings },
  settings = settings and { autocrea = settings } or nil,

  before_init = function(params, resolved)
    -- What `:Autocrea trust` said earlier in this session.
    params.initializationOptions.trusted = require('autocrea.client').is_trusted(resolved.root_dir)
    -- The language of explanations; Neovim does not tell it. `C` and `POSIX` are none.
    local language = vim.v.lang:match('^%l%l%l?_?%u*')
    params.locale = params.locale or (language and language:gsub('_', '-'))
  end,

  on_init = function(client)
    require('autocrea.hooks').install(client)
  end,

  on_exit = vim.schedule_wrap(function(_, _, client_id)
    if package.loaded['autocrea.call'] then
      require('autocrea.call').gone(client_id)
    end
  end),

  handlers = {
    ['$/progress'] = function(err, params, ctx)
      if not require('autocrea.call').progress(params) then
        return vim.lsp.handlers['$/progress'](err, params, ctx)
      end
    end,
    ['workspace/applyEdit'] = function(_, params, ctx)
      local client = assert(vim.lsp.get_client_by_id(ctx.client_id))
      return require('autocrea.edit').answer(params, client.offset_encoding)
    end,
    ['window/showMessage'] = function(_, params)
      require('autocrea.hooks').show_message(params)
    end,
    [wire.Method.STATUS_CHANGED] = function(_, params, ctx)
      require('autocrea.status').changed(params, ctx.client_id)
    end,
    [wire.Method.DEPLOY_EVENT] = function(_, params)
      require('autocrea.deploy').event(params)
    end,
    [wire.Method.DEPLOY_ENVIRONMENT] = function(_, params)
      return require('autocrea.deploy').environment(params)
    end,
    [wire.Method.CREDENTIALS] = function(_, params)
      return require('autocrea.credentials').answer(params)
    end,
  },
}
