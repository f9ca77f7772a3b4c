--- After a fix: did what it was for go away? The linter that complained has the last word.

local M = {}

M.PATIENCE_MS = 5000 -- for whoever complained to look again

--- How many diagnostics of a buffer are among these, wherever they stand by now.
---@param list vim.Diagnostic[]
---@param wanted autocrea.DiagnosticRef[]
---@return integer
local function count(list, wanted)
  local found = 0
  local is_null = require('autocrea.client').is_null
  for _, diagnostic in ipairs(list) do
    for _, ref in ipairs(wanted) do
      local same_code = is_null(ref.code) or tostring(diagnostic.code) == tostring(ref.code)
      if diagnostic.message == ref.message and same_code then
        found = found + 1
        break
      end
    end
  end
  return found
end

--- What they are about, on one line that fits: more of it, and Neovim asks for ENTER.
---@param wanted autocrea.DiagnosticRef[]
---@return string
local function title(wanted)
  local line = vim.split(wanted[1].message, '\n', { plain = true })[1]
  local room = math.max(20, vim.o.columns - 45)
  if vim.fn.strchars(line) > room then
    line = vim.fn.strcharpart(line, 0, room) .. '…'
  end
  return line .. (#wanted > 1 and (' (and %d more)'):format(#wanted - 1) or '')
end

---@param bufnr integer
---@param tick integer as the fix left it
---@param message string
local function offer_undo(bufnr, tick, message)
  local say = require('autocrea.say')
  local prompt = ('AUTOCREA: still there after the fix: %s'):format(message)
  vim.ui.select({ 'Keep', 'Undo' }, { prompt = prompt }, function(choice)
    if choice ~= 'Undo' then
      return
    elseif not vim.api.nvim_buf_is_loaded(bufnr) or vim.api.nvim_buf_get_changedtick(bufnr) ~= tick then
      return say.warn('the file has changed since; undo it yourself (u)')
    end
    vim.api.nvim_buf_call(bufnr, function()
      vim.cmd('silent undo')
    end)
  end)
end

--- The edit of a fix has just been applied: wait for what the diagnostic's own source says.
---@param _ vim.lsp.Client
---@param params autocrea.FixApplied
function M.watch(_, params)
  local say = require('autocrea.say')
  local bufnr = vim.uri_to_bufnr(params.uri)
  local wanted = params.diagnostics or {}
  if #wanted == 0 or not vim.api.nvim_buf_is_loaded(bufnr) then
    return
  end
  local tick = vim.api.nvim_buf_get_changedtick(bufnr)
  local before = count(vim.diagnostic.get(bufnr), wanted)
  local message = title(wanted)
  local timer = assert(vim.uv.new_timer())
  local watching ---@type integer
  local function stop()
    if not timer:is_closing() then
      timer:close()
      pcall(vim.api.nvim_del_autocmd, watching)
      return true
    end
    return false
  end
  ---@param said vim.Diagnostic[] by whoever has just spoken
  local function look(said)
    local left = count(vim.diagnostic.get(bufnr), wanted)
    if left <= math.max(0, before - #wanted) then
      if stop() then
        say.say('fixed: ' .. message)
      end
      return
    end
    local still = vim.tbl_filter(function(ref)
      return count(said, { ref }) > 0
    end, wanted)
    if #still > 0 and stop() then -- another linter's word does not count
      offer_undo(bufnr, tick, title(still))
    end
  end
  watching = vim.api.nvim_create_autocmd('DiagnosticChanged', {
    buffer = bufnr,
    desc = 'AUTOCREA: did the fix help?',
    callback = vim.schedule_wrap(function(event) -- a question must not be asked within an autocommand
      if not timer:is_closing() then
        look(event.data and event.data.diagnostics or {})
      end
    end),
  })
  timer:start(
    M.PATIENCE_MS,
    0,
    vim.schedule_wrap(function()
      if stop() then
        say.say('the fix is applied; nobody has looked at it yet: ' .. message)
      end
    end)
  )
end

return M
