--- The log of a deployment as a buffer that grows while it runs.

local M = {}

local PREFIX = 'autocrea-deploy://'
local PAGE = 1000 -- lines in one question

---@class autocrea.DeployLogView
---@field bufnr integer
---@field client vim.lsp.Client
---@field seq integer of the last line that is shown
---@field asking boolean?
---@field again boolean? more has come while we asked
---@field empty boolean

local views = {} ---@type table<string, autocrea.DeployLogView>

---@param view autocrea.DeployLogView
---@param lines autocrea.DeployLine[]
local function append(view, lines)
  local texts = {}
  for _, line in ipairs(lines) do
    if line.seq > view.seq then
      view.seq = line.seq
      texts[#texts + 1] = (line.text:gsub('[\r\n]', ' '))
    end
  end
  if #texts == 0 then
    return
  end
  local bufnr = view.bufnr
  local last = vim.api.nvim_buf_line_count(bufnr)
  local at_end = {} ---@type integer[] windows that follow
  for _, window in ipairs(vim.fn.win_findbuf(bufnr)) do
    if vim.api.nvim_win_get_cursor(window)[1] >= last then
      at_end[#at_end + 1] = window
    end
  end
  vim.bo[bufnr].modifiable = true
  vim.api.nvim_buf_set_lines(bufnr, view.empty and 0 or -1, -1, false, texts)
  vim.bo[bufnr].modifiable, vim.bo[bufnr].modified = false, false
  view.empty = false
  for _, window in ipairs(at_end) do
    vim.api.nvim_win_set_cursor(window, { vim.api.nvim_buf_line_count(bufnr), 0 })
  end
end

---@param id string
---@param view autocrea.DeployLogView
local function read(id, view)
  if view.asking then
    view.again = true
    return
  end
  view.asking, view.again = true, false
  local lsp = require('autocrea.client')
  local params = { id = id, afterSeq = view.seq, limit = PAGE }
  local command = require('autocrea.wire').Command.DEPLOY_LOGS
  lsp.execute(view.client, command, { params }, function(err, result)
    view.asking = false
    if views[id] ~= view or not vim.api.nvim_buf_is_valid(view.bufnr) then
      return
    elseif err then
      return require('autocrea.say').failed('deploy logs', err)
    end
    local lines = type(result) == 'table' and type(result.lines) == 'table' and result.lines or {}
    append(view, lines)
    if #lines == PAGE or view.again then
      read(id, view)
    end
  end, view.bufnr)
end

--- Show the log of a deployment; one that is open already is shown again.
---@param client vim.lsp.Client
---@param id string
function M.open(client, id)
  local view = views[id]
  if view and vim.api.nvim_buf_is_valid(view.bufnr) then
    local window = vim.fn.win_findbuf(view.bufnr)[1]
    if window then
      vim.api.nvim_set_current_win(window)
    else
      vim.cmd('belowright sbuffer ' .. view.bufnr)
    end
    return read(id, view)
  end
  local bufnr = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_name(bufnr, PREFIX .. id)
  vim.bo[bufnr].bufhidden, vim.bo[bufnr].modifiable = 'wipe', false
  view = { bufnr = bufnr, client = client, seq = 0, empty = true }
  views[id] = view
  vim.api.nvim_create_autocmd('BufWipeout', {
    buffer = bufnr,
    once = true,
    callback = function()
      views[id] = nil
    end,
  })
  vim.cmd('belowright sbuffer ' .. bufnr)
  vim.bo[bufnr].filetype = 'autocrea-deploy'
  vim.keymap.set('n', 'q', '<Cmd>close<CR>', { buffer = bufnr, nowait = true, desc = 'AUTOCREA: close' })
  read(id, view)
end

--- Something has happened to a deployment: a log that is shown is read on.
---@param id string
---@param event autocrea.DeployEvent
function M.changed(id, event)
  local view = views[id]
  local lines = type(event.lines) == 'table' and #event.lines > 0
  if view and (lines or event.finished) then
    read(id, view)
  end
end

return M
