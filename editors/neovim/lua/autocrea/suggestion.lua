--- Suggestions while typing: when to ask, what stays on the screen, what the keys do with it.
--- Everything is per buffer and gone with it. Nothing here ever puts a message on the screen.

local M = {}

---@class autocrea.BufferState
---@field bufnr integer
---@field timer uv.uv_timer_t
---@field seen autocrea.Place? where the last look was; the same place twice is one event
---@field request autocrea.Request?
---@field suggestion autocrea.Suggestion? fits, whether or not a menu hides it
---@field left autocrea.Left? what is on the screen now

local states = {} ---@type table<integer, autocrea.BufferState>

--- The boundary: a mistake of ours goes to the log, not to the person who is typing.
---@param what string
---@param fn function
---@return function
local function guarded(what, fn)
  return function(...)
    local ok, err = pcall(fn, ...)
    if not ok then
      require('autocrea.client').log(what, err)
    end
  end
end

---@param state autocrea.BufferState
local function cancel(state)
  state.timer:stop()
  local request = state.request
  state.request = nil
  if request then
    require('autocrea.request').cancel(request)
  end
end

---@param state autocrea.BufferState
local function hide(state)
  if state.left then
    state.left = nil
    require('autocrea.ghost').clear(state.bufnr)
  end
end

---@param state autocrea.BufferState
local function clear(state)
  cancel(state)
  hide(state)
  state.suggestion, state.seen = nil, nil
end

--- What of the suggestion is left at that place.
---@param suggestion autocrea.Suggestion
---@param bufnr integer
---@param place autocrea.Place
---@return autocrea.Left?
local function left_at(suggestion, bufnr, place)
  local lines = vim.api.nvim_buf_get_lines(bufnr, suggestion.row, place.row + 1, false)
  return require('autocrea.item').left(suggestion, lines, place.row, place.col)
end

---@param state autocrea.BufferState
---@param place autocrea.Place
---@param left autocrea.Left
local function show(state, place, left)
  state.left = left
  require('autocrea.ghost').draw(state.bufnr, place.row, place.col, left)
end

---@param state autocrea.BufferState
---@param kind autocrea.TriggerKind
local function ask(state, kind)
  cancel(state)
  local request = require('autocrea.request')
  local bufnr = state.bufnr
  local invoked = kind == request.Kind.INVOKED
  state.request = request.ask(
    bufnr,
    kind,
    guarded('answer', function(suggestion)
      state.request = nil
      if suggestion and (invoked or not require('autocrea.switches').is_hidden(bufnr)) then
        local place = request.here(bufnr)
        state.suggestion = suggestion
        show(state, place, assert(left_at(suggestion, bufnr, place)))
      end
    end)
  )
end

---@param state autocrea.BufferState
local function ask_soon(state)
  state.timer:start(
    require('autocrea.config').get().debounce_ms,
    0,
    vim.schedule_wrap(guarded('request', function()
      local request, bufnr = require('autocrea.request'), state.bufnr
      if states[bufnr] ~= state or state.request or not request.is_typing_in(bufnr) then
        return -- much may happen between a timer and its callback
      end
      if require('autocrea.switches').may_ask(bufnr) then
        ask(state, request.Kind.AUTOMATIC)
      end
    end))
  )
end

--- Something may have changed: keep what still fits, without a flicker and without asking; ask where nothing does.
---@param state autocrea.BufferState
local function look(state)
  local bufnr = state.bufnr
  local place = require('autocrea.request').here(bufnr)
  if state.seen and vim.deep_equal(state.seen, place) then
    return
  end
  cancel(state)
  state.seen = place
  local switches = require('autocrea.switches')
  local left = state.suggestion and left_at(state.suggestion, bufnr, place)
  if left and switches.is_hidden(bufnr) then
    hide(state)
  elseif left then
    show(state, place, left)
  else
    hide(state)
    state.suggestion = nil
    if switches.may_ask(bufnr) then
      ask_soon(state)
    end
  end
end

---@param bufnr integer
function M.attach(bufnr)
  if states[bufnr] then
    return
  end
  local state = { bufnr = bufnr, timer = assert(vim.uv.new_timer()) } ---@type autocrea.BufferState
  states[bufnr] = state
  local group = vim.api.nvim_create_augroup('autocrea.suggestion', { clear = false })
  local function on(events, what, fn)
    vim.api.nvim_create_autocmd(events, {
      group = group,
      buffer = bufnr,
      desc = 'AUTOCREA: ' .. what,
      callback = guarded(what, fn),
    })
  end
  on({ 'CursorMovedI', 'TextChangedI', 'TextChangedP' }, 'suggest while typing', function()
    look(state)
  end)
  on({ 'InsertEnter', 'CompleteDone' }, 'look again', function()
    state.seen = nil
    look(state)
  end)
  on('CompleteChanged', 'make room for the menu', function()
    if require('autocrea.switches').is_hidden(bufnr) then
      cancel(state)
      hide(state)
      state.seen = nil
    end
  end)
  on('BufLeave', 'clear the suggestion', function()
    clear(state)
  end)
  on('BufWipeout', 'forget the buffer', function()
    M.detach(bufnr)
  end)
end

--- Forget a buffer.
---@param bufnr integer
function M.detach(bufnr)
  local state = states[bufnr]
  if not state then
    return
  end
  clear(state)
  state.timer:close()
  states[bufnr] = nil
  pcall(vim.api.nvim_clear_autocmds, { group = 'autocrea.suggestion', buffer = bufnr })
end

--- Insert mode was left in the current buffer.
function M.left_insert_mode()
  local state = states[vim.api.nvim_get_current_buf()]
  if state then
    clear(state)
  end
end

--- Something that hides suggestions came or went in the current buffer.
function M.look_again()
  local state = states[vim.api.nvim_get_current_buf()]
  if state and require('autocrea.request').is_typing_in(state.bufnr) then
    state.seen = nil
    look(state)
  end
end

--- Suggestions were switched on or off.
function M.switched()
  for bufnr, state in pairs(states) do
    if not require('autocrea.switches').is_enabled(bufnr) then
      clear(state)
    end
  end
end

--- The buffers that have a state.
---@return integer[]
function M.buffers()
  return vim.tbl_keys(states)
end

--- Whether a suggestion is on the screen.
---@param bufnr integer
---@return boolean
function M.visible(bufnr)
  local state = states[bufnr]
  return state ~= nil and state.left ~= nil
end

--- Keys to accept a part in insert mode: each acceptance is an undo step of its own. nil when nothing is shown.
---@param unit 'all'|'word'|'line'
---@return string?
function M.keys(unit)
  if M.visible(vim.api.nvim_get_current_buf()) then
    return ('<C-g>u<Cmd>lua require("autocrea.suggestion").accept("%s")<CR><C-g>u'):format(unit)
  end
end

---@param suggestion autocrea.Suggestion
---@param bufnr integer
local function count(suggestion, bufnr)
  local command = suggestion.command
  local client = command and vim.lsp.get_client_by_id(suggestion.client_id)
  if client then
    local lsp = require('autocrea.client')
    lsp.execute(client, command.command, command.arguments, function(err)
      if err then
        lsp.log(command.command, err)
      end
    end, bufnr)
  end
end

--- Put a part of the suggestion into the buffer. The last part counts as the acceptance of all of it.
---@type fun(unit: 'all'|'word'|'line')
M.accept = guarded('accept', function(unit)
  local bufnr = vim.api.nvim_get_current_buf()
  local state = states[bufnr]
  local suggestion = state and state.suggestion
  local place = require('autocrea.request').here(bufnr)
  local left = suggestion and left_at(suggestion, bufnr, place)
  if not left then
    return
  end
  local part = require('autocrea.item').part(left.shown, unit)
  local whole = part == left.shown
  local text = vim.split(whole and left.text or part, '\n', { plain = true })
  local last = place.col + (whole and #left.inner or 0)
  if whole then
    clear(state)
  end
  vim.api.nvim_buf_set_text(bufnr, place.row, place.col, place.row, last, text)
  local col = #text == 1 and place.col + #text[1] or #text[#text]
  vim.api.nvim_win_set_cursor(0, { place.row + #text, col })
  if whole then
    count(suggestion, bufnr)
  end
  look(state)
end)

--- Take the suggestion away; nothing is asked again before the next change.
M.dismiss = guarded('dismiss', function()
  local state = states[vim.api.nvim_get_current_buf()]
  if state then
    clear(state)
    state.seen = require('autocrea.request').here(state.bufnr)
  end
end)

--- Ask now: no waiting, also where suggestions are switched off or a menu is open.
M.trigger = guarded('trigger', function()
  local state = states[vim.api.nvim_get_current_buf()]
  local request = require('autocrea.request')
  if state and request.is_typing_in(state.bufnr) then
    clear(state)
    state.seen = request.here(state.bufnr)
    ask(state, request.Kind.INVOKED)
  end
end)

return M
