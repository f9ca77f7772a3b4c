--- A commit message from what has changed: put where it belongs, or shown.

local M = {}

---@param lines string[]
local function show(lines)
  local bufnr = require('autocrea.sheet').open('commit', lines, 'gitcommit')
  vim.keymap.set('n', 'y', function()
    vim.fn.setreg('"', table.concat(lines, '\n') .. '\n')
    require('autocrea.say').say('the message is in the unnamed register')
  end, { buffer = bufnr, nowait = true, desc = 'AUTOCREA: yank the message' })
  require('autocrea.say').hint('y yanks the message, q closes')
end

---@param bufnr integer
---@param first integer
---@param last integer rows to replace; what is below them stays
---@param lines string[]
local function insert(bufnr, first, last, lines)
  local below = vim.api.nvim_buf_get_lines(bufnr, last, last + 1, false)[1]
  if below and below ~= '' then
    lines = vim.list_extend(vim.list_slice(lines), { '' })
  end
  vim.api.nvim_buf_set_lines(bufnr, first, last, false, lines)
  for _, window in ipairs(vim.fn.win_findbuf(bufnr)) do
    vim.api.nvim_win_set_cursor(window, { 1, 0 })
  end
end

--- Above the comments; over what is written there only if the user says so.
---@param bufnr integer
---@param lines string[]
local function put(bufnr, lines)
  local there = vim.api.nvim_buf_get_lines(bufnr, 0, -1, false)
  if (there[1] or '') == '' then
    return insert(bufnr, 0, #there > 0 and 1 or 0, lines)
  end
  vim.ui.select({ 'Keep mine', 'Replace' }, { prompt = 'AUTOCREA: there is a message already' }, function(choice)
    if choice ~= 'Replace' then
      return
    end
    local comment = 0 -- the row of the first comment, or one past the end
    while comment < #there and not vim.startswith(there[comment + 1], '#') do
      comment = comment + 1
    end
    insert(bufnr, 0, comment, lines)
  end)
end

--- The top of the repository that a buffer is about. A commit buffer lies in `.git`; git opens it from the top.
---@param bufnr integer
---@return string?
local function repository(bufnr)
  local commit = vim.bo[bufnr].filetype == 'gitcommit'
  return vim.fs.root(commit and vim.uv.cwd() or bufnr, '.git')
end

---@param client vim.lsp.Client
---@param bufnr integer
local function ask(client, bufnr)
  local tick = vim.api.nvim_buf_get_changedtick(bufnr)
  local folder = client.config.root_dir and vim.uri_from_fname(client.config.root_dir) or nil
  local params = folder and { folder = folder } or vim.empty_dict()
  require('autocrea.call').start(client, require('autocrea.wire').Method.COMMIT_MESSAGE, params, {
    what = 'commit message',
    on_end = function(result)
      if type(result) ~= 'table' then
        return
      end
      local lines = vim.split(vim.trim(result.message):gsub('\r', ''), '\n', { plain = true })
      local here = vim.api.nvim_buf_is_valid(bufnr) and vim.bo[bufnr].filetype == 'gitcommit'
      if here and vim.api.nvim_buf_get_changedtick(bufnr) == tick then
        put(bufnr, lines)
      else
        show(lines)
      end
    end,
  })
end

--- Ask for one.
function M.run()
  local bufnr = vim.api.nvim_get_current_buf()
  require('autocrea.attach').for_folder(repository(bufnr), function(client)
    ask(client, bufnr)
  end)
end

return M
