--- The plugin's own configuration: defaults < `vim.g.autocrea` < `setup(opts)`.
--- A field that is wrong is named once, in one warning, and its default counts.

local M = {}

---@class autocrea.Keymap
---@field accept? string|false
---@field accept_word? string|false
---@field accept_line? string|false
---@field dismiss? string|false
---@field trigger? string|false

---@class autocrea.Config
---@field cmd? string[] the server's command
---@field enabled? boolean suggest while typing; off: only when asked (`trigger`)
---@field trusted? boolean trust every workspace from the start (see |autocrea-trust|)
---@field settings? autocrea.Settings the server's settings, as in its `autocrea` section
---@field credentials? fun(provider: autocrea.Provider): string? the key for a provider
---@field filetypes? table<string, boolean> where to attach; `'*'` is every other filetype
---@field debounce_ms? integer wait after a key before the server is asked; the server waits more on its own
---@field hide_with_menu? boolean no suggestion while the completion menu is open
---@field keymap? autocrea.Keymap|false insert-mode keys; false: none

---@type autocrea.Config
local DEFAULTS = {
  cmd = { 'autocrea-lsp' },
  enabled = true,
  trusted = false,
  settings = {},
  credentials = nil,
  filetypes = { ['*'] = true, gitcommit = false, gitrebase = false, hgcommit = false, svn = false, help = false },
  debounce_ms = 15,
  hide_with_menu = true,
  keymap = {
    accept = '<M-l>',
    accept_word = '<M-w>',
    accept_line = '<M-e>',
    dismiss = '<C-]>',
    trigger = '<M-\\>',
  },
}

local function of_type(name)
  return function(value)
    return type(value) == name
  end
end

local function strings(value)
  if type(value) ~= 'table' or #value == 0 then
    return false
  end
  for _, part in ipairs(value) do
    if type(part) ~= 'string' then
      return false
    end
  end
  return vim.tbl_count(value) == #value
end

local function switches(value)
  if type(value) ~= 'table' then
    return false
  end
  for name, on in pairs(value) do
    if type(name) ~= 'string' or type(on) ~= 'boolean' then
      return false
    end
  end
  return true
end

local function milliseconds(value)
  return type(value) == 'number' and value >= 0 and value == math.floor(value)
end

local function lhs(value)
  return value == false or (type(value) == 'string' and value ~= '')
end

--- What each field must be: a predicate, and how a person would say it.
local FIELDS = {
  cmd = { strings, 'a list of strings' },
  enabled = { of_type('boolean'), 'true or false' },
  trusted = { of_type('boolean'), 'true or false' },
  settings = { of_type('table'), 'a table' },
  credentials = { vim.is_callable, 'a function' },
  filetypes = { switches, 'a table of filetype = true or false' },
  debounce_ms = { milliseconds, 'a whole number, 0 or more' },
  hide_with_menu = { of_type('boolean'), 'true or false' },
  keymap = {
    function(value)
      return value == false or type(value) == 'table'
    end,
    'a table or false',
  },
}

local given ---@type autocrea.Config?
local current ---@type autocrea.Config?

---@param problems string[]
---@param name string
---@param value any
---@param field { [1]: fun(value: any): boolean, [2]: string }?
---@return boolean
local function check(problems, name, value, field)
  if not field then
    problems[#problems + 1] = name .. ': no such field'
    return false
  elseif not field[1](value) then
    -- The type only, never the value: a key put into the wrong field must not be echoed.
    problems[#problems + 1] = ('%s: expected %s, got a %s'):format(name, field[2], type(value))
    return false
  end
  return true
end

---@param base autocrea.Config
---@param layer any
---@param from string
---@param problems string[]
local function apply(base, layer, from, problems)
  if layer == nil then
    return
  elseif type(layer) ~= 'table' then
    problems[#problems + 1] = ('%s: expected a table, got a %s'):format(from, type(layer))
    return
  end
  for name, value in pairs(layer) do
    local fits = check(problems, tostring(name), value, FIELDS[name])
    if fits and name == 'keymap' and value ~= false then
      local keymap = base.keymap or {}
      for action, key in pairs(value) do
        local known = DEFAULTS.keymap[action] ~= nil and { lhs, 'a key or false' } or nil
        if check(problems, 'keymap.' .. tostring(action), key, known) then
          keymap[action] = key
        end
      end
      base.keymap = keymap
    elseif fits and name == 'filetypes' then
      base.filetypes = vim.tbl_extend('force', base.filetypes, value)
    elseif fits and name == 'settings' then
      base.settings = vim.tbl_deep_extend('force', base.settings, value)
    elseif fits then
      base[name] = value
    end
  end
end

--- The configuration that counts now.
---@return autocrea.Config
function M.get()
  if not current then
    local problems = {}
    current = vim.deepcopy(DEFAULTS)
    apply(current, vim.g.autocrea, 'vim.g.autocrea', problems)
    apply(current, given, 'setup()', problems)
    if #problems > 0 then
      table.sort(problems)
      vim.notify('autocrea: ignored in the configuration: ' .. table.concat(problems, '; '), vim.log.levels.WARN)
    end
  end
  return current
end

--- Use these options from now on, over `vim.g.autocrea`.
---@param opts autocrea.Config?
function M.set(opts)
  given = opts
  M.reload()
end

--- Read `vim.g.autocrea` again, and have Neovim read `lsp/autocrea.lua` again at the next start of the server.
function M.reload()
  current = nil
  M.get()
  if vim.lsp.config then
    vim.lsp.config('autocrea', {}) -- changes nothing, but drops the resolved configuration
  end
end

--- Whether this key is the default one, which gives way to a mapping of the user's.
---@param action string
---@param key string
---@return boolean
function M.is_default_key(action, key)
  return DEFAULTS.keymap[action] == key
end

--- Whether the server belongs on this buffer: a listed, normal buffer of a wanted filetype.
---@param bufnr integer
---@return boolean
function M.attaches(bufnr)
  local filetypes = M.get().filetypes
  local wanted = filetypes[vim.bo[bufnr].filetype]
  if wanted == nil then
    wanted = filetypes['*'] == true
  end
  return wanted and vim.bo[bufnr].buftype == '' and vim.bo[bufnr].buflisted
end

return M
