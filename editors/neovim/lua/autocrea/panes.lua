--- The windows of a proposal: a tab with a header and, below it, what there is beside what is proposed.

local M = {}

local SPACE = vim.api.nvim_create_namespace('autocrea.review')

local HEADER_ROWS = 3

local KEYS = 'ga accept  gr reject  gA all  gR none  g. again  g: all  K why  ]f file  q close'

--- What stands beside a hunk, by its state.
local LABELS = { ---@type table<autocrea.HunkState, { [1]: string, [2]: string }>
  pending = { '? pending', 'AutocreaPending' },
  accepted = { '+ accepted', 'AutocreaAccepted' },
  rejected = { '- rejected', 'AutocreaRejected' },
}

---@class autocrea.Panes
---@field tab integer
---@field origin integer window to go back to
---@field header integer buffers
---@field left integer
---@field right integer
---@field left_window integer
---@field right_window integer

---@param name string
---@return integer bufnr
local function scratch(name)
  local bufnr = vim.api.nvim_create_buf(false, true)
  vim.bo[bufnr].bufhidden = 'wipe'
  vim.bo[bufnr].undolevels = -1
  vim.bo[bufnr].modifiable = false
  pcall(vim.api.nvim_buf_set_name, bufnr, name)
  return bufnr
end

---@param bufnr integer
---@param lines string[]
local function set_lines(bufnr, lines)
  vim.bo[bufnr].modifiable = true
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, lines)
  vim.bo[bufnr].modifiable = false
  vim.bo[bufnr].modified = false
end

---@param window integer
---@param options table<string, any>
local function set_window(window, options)
  for name, value in pairs(options) do
    vim.api.nvim_set_option_value(name, value, { win = window, scope = 'local' })
  end
end

--- Open them, the cursor in what is proposed.
---@param id string
---@return autocrea.Panes
function M.open(id)
  local panes = { origin = vim.api.nvim_get_current_win() } ---@type autocrea.Panes
  local prefix = 'autocrea://proposal/' .. id
  panes.header, panes.left, panes.right =
    scratch(prefix), scratch(prefix .. '/original'), scratch(prefix .. '/proposed')
  vim.cmd('tab sbuffer ' .. panes.header)
  panes.tab = vim.api.nvim_get_current_tabpage()
  local header = vim.api.nvim_get_current_win()
  vim.cmd('belowright sbuffer ' .. panes.left)
  panes.left_window = vim.api.nvim_get_current_win()
  vim.cmd('rightbelow vertical sbuffer ' .. panes.right)
  panes.right_window = vim.api.nvim_get_current_win()
  vim.api.nvim_win_set_height(header, HEADER_ROWS)
  local plain = { number = false, relativenumber = false, signcolumn = 'no', foldcolumn = '0', winbar = '' }
  set_window(header, vim.tbl_extend('force', plain, { winfixheight = true, wrap = false, cursorline = false }))
  for _, window in ipairs({ panes.left_window, panes.right_window }) do
    set_window(window, { wrap = false, winbar = '' })
  end
  vim.cmd('wincmd =')
  return panes
end

--- The proposal has a name now, or another one.
---@param panes autocrea.Panes
---@param id string
function M.rename(panes, id)
  for suffix, bufnr in pairs({ [''] = panes.header, ['/original'] = panes.left, ['/proposed'] = panes.right }) do
    local name = 'autocrea://proposal/' .. id .. suffix
    if vim.api.nvim_buf_get_name(bufnr) ~= name then
      pcall(vim.api.nvim_buf_set_name, bufnr, name)
    end
  end
end

--- Compare the two sides, or no longer do.
---@param panes autocrea.Panes
---@param on boolean
function M.compare(panes, on)
  for _, window in ipairs({ panes.left_window, panes.right_window }) do
    if vim.api.nvim_win_is_valid(window) and vim.wo[window].diff ~= on then
      vim.api.nvim_win_call(window, function()
        vim.cmd(on and 'diffthis' or 'diffoff')
        vim.wo[0][0].wrap = false
      end)
    end
  end
end

---@param panes autocrea.Panes
---@param title string
---@param label string
---@param warn boolean
---@param note string at the right of the first line
function M.head(panes, title, label, warn, note)
  local function line(text)
    return (text:gsub('%s+', ' '))
  end
  set_lines(panes.header, { line(title .. '  ' .. note), line(label), KEYS })
  vim.api.nvim_buf_clear_namespace(panes.header, SPACE, 0, -1)
  for row, group in ipairs({ 'Title', warn and 'AutocreaWarning' or 'AutocreaChecked', 'Comment' }) do
    vim.api.nvim_buf_set_extmark(panes.header, SPACE, row - 1, 0, { end_row = row, hl_group = group, strict = false })
  end
end

---@param bufnr integer
---@param side autocrea.Side
local function draw_side(bufnr, side)
  set_lines(bufnr, side.lines)
  vim.api.nvim_buf_clear_namespace(bufnr, SPACE, 0, -1)
  local last = vim.api.nvim_buf_line_count(bufnr) - 1
  for _, stretch in ipairs(side.stretches) do
    local label = LABELS[stretch.hunk.state] or LABELS.pending
    vim.api.nvim_buf_set_extmark(bufnr, SPACE, math.min(stretch.row, last), 0, {
      virt_text = { { label[1], label[2] } },
      virt_text_pos = 'right_align',
      hl_mode = 'combine',
    })
  end
end

--- Show a file of the proposal.
---@param panes autocrea.Panes
---@param file autocrea.ProposedFile
function M.draw(panes, file)
  local hunks = require('autocrea.hunks')
  local proposed = hunks.proposed(file)
  local filetype = vim.filetype.match({ filename = vim.uri_to_fname(file.uri), contents = proposed.lines })
    or file.languageId
  draw_side(panes.right, proposed)
  set_lines(panes.left, hunks.current(file).lines)
  for _, bufnr in ipairs({ panes.left, panes.right }) do
    if vim.bo[bufnr].filetype ~= filetype then
      vim.bo[bufnr].filetype = filetype
    end
  end
  M.compare(panes, true)
  vim.api.nvim_win_call(panes.right_window, function()
    vim.cmd('diffupdate')
  end)
end

--- Put the cursor on that row of what is proposed.
---@param panes autocrea.Panes
---@param row integer counts from 0
function M.go(panes, row)
  local last = vim.api.nvim_buf_line_count(panes.right)
  vim.api.nvim_win_set_cursor(panes.right_window, { math.min(row + 1, last), 0 })
  vim.api.nvim_win_call(panes.right_window, function()
    vim.cmd('syncbind')
  end)
end

--- Close the tab, and go back to where it was opened.
---@param panes autocrea.Panes
function M.close(panes)
  if vim.api.nvim_tabpage_is_valid(panes.tab) then
    if #vim.api.nvim_list_tabpages() == 1 then
      vim.cmd('$tabnew') -- the user closed all others; something must be left
    end
    vim.cmd('tabclose ' .. vim.api.nvim_tabpage_get_number(panes.tab))
  end
  if vim.api.nvim_win_is_valid(panes.origin) then
    vim.api.nvim_set_current_win(panes.origin)
  end
end

return M
