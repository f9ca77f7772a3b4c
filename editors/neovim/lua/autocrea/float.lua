--- One floating window with Markdown, beside the cursor, that may grow while it is read.

local M = {}

local MAX_WIDTH = 80 -- columns

---@class autocrea.Float
---@field window integer
---@field bufnr integer
---@field stream autocrea.Stream
---@field on_close? fun()
---@field key? string what it is about

---@class autocrea.FloatOptions
---@field title? string
---@field key? string what it is about
---@field on_close? fun()
---@field on_stop? fun(): boolean whether there was anything to stop

local current ---@type autocrea.Float?

---@param float autocrea.Float
---@return boolean
local function is_open(float)
  return vim.api.nvim_win_is_valid(float.window)
end

--- As many rows as its text needs, up to what there is on the side of the cursor that it opened on.
---@param float autocrea.Float
local function fit(float)
  if not is_open(float) then
    return
  end
  local room = vim.w[float.window].autocrea_room
  local rows = vim.api.nvim_win_text_height(float.window, {}).all
  vim.api.nvim_win_set_height(float.window, math.max(1, math.min(rows, room)))
end

---@param float autocrea.Float
local function close(float)
  if current == float then
    current = nil
  end
  if is_open(float) then
    vim.api.nvim_win_close(float.window, true)
  end
  local on_close = float.on_close
  float.on_close = nil
  if on_close then
    on_close()
  end
end

---@param bufnr integer
---@param title string?
---@return integer window
local function open_window(bufnr, title)
  local above = vim.fn.screenrow() - 2
  local below = vim.o.lines - vim.fn.screenrow() - vim.o.cmdheight - 1
  local down = below >= above
  local cursor = vim.api.nvim_win_get_cursor(0)
  local window = vim.api.nvim_open_win(bufnr, false, {
    relative = 'win',
    bufpos = { cursor[1] - 1, cursor[2] },
    anchor = down and 'NW' or 'SW',
    row = down and 1 or 0,
    col = 0,
    width = math.max(20, math.min(MAX_WIDTH, vim.o.columns - 4)),
    height = 1,
    border = 'rounded',
    title = title and (' %s '):format(title) or nil,
    style = 'minimal',
  })
  vim.w[window].autocrea_room = math.max(1, (down and below or above) - 2) -- two rows are its border
  local options = { wrap = true, linebreak = true, breakindent = true, conceallevel = 2, concealcursor = 'n' }
  options.foldenable = false
  for name, value in pairs(options) do
    vim.api.nvim_set_option_value(name, value, { win = window, scope = 'local' })
  end
  return window
end

--- Open one with this text, in the place of the one that is open. The cursor stays where it is.
---@param text string
---@param options? autocrea.FloatOptions
---@return autocrea.Float
function M.show(text, options)
  options = options or {}
  if current then
    close(current)
  end
  local source = vim.api.nvim_get_current_buf()
  local bufnr = vim.api.nvim_create_buf(false, true)
  vim.bo[bufnr].bufhidden = 'wipe'
  vim.bo[bufnr].undolevels = -1
  vim.bo[bufnr].modifiable = false
  local float = { bufnr = bufnr, on_close = options.on_close, key = options.key } ---@type autocrea.Float
  float.window = open_window(bufnr, options.title)
  float.stream = require('autocrea.stream').new(bufnr, 0)
  current = float
  vim.bo[bufnr].filetype = 'markdown'
  pcall(vim.treesitter.start, bufnr, 'markdown')
  for _, key in ipairs({ 'q', '<Esc>' }) do
    vim.keymap.set('n', key, function()
      close(float)
    end, { buffer = bufnr, nowait = true, desc = 'AUTOCREA: close' })
  end
  vim.keymap.set('n', '<C-c>', function()
    if not (options.on_stop and options.on_stop()) then
      close(float)
    end
  end, { buffer = bufnr, nowait = true, desc = 'AUTOCREA: stop' })
  vim.api.nvim_create_autocmd('BufWipeout', {
    buffer = bufnr,
    callback = vim.schedule_wrap(function()
      close(float)
    end),
  })
  vim.api.nvim_create_autocmd('BufWinLeave', {
    buffer = source,
    once = true,
    callback = vim.schedule_wrap(function()
      close(float)
    end),
  })
  M.replace(float, text)
  return float
end

---@param float autocrea.Float
---@param text string
function M.append(float, text)
  float.stream:append(text)
  fit(float)
end

---@param float autocrea.Float
---@param text string
function M.replace(float, text)
  float.stream:replace(vim.trim(text))
  fit(float)
end

---@param float autocrea.Float
M.close = close

--- Go into the one that is open, if the cursor is not in it.
---@param key? string only if it is about that
---@return boolean
function M.focus(key)
  if not current or not is_open(current) or vim.api.nvim_get_current_win() == current.window then
    return false
  elseif key and current.key ~= key then
    return false
  end
  vim.api.nvim_set_current_win(current.window)
  return true
end

return M
