--- The chat: a Markdown buffer that is never a file. Below the last "## You" the user writes; an answer follows.

local M = {}

local NAME = 'autocrea://chat'
local YOU, ANSWERER = '## You', '## JoxCoder'
local SPACE = vim.api.nvim_create_namespace('autocrea.chat')

local state = {
  bufnr = nil, ---@type integer?
  source = nil, ---@type integer? the buffer that the user came from
  session = nil, ---@type string?
  client_id = nil, ---@type integer? whose session it is
  call = nil, ---@type autocrea.Call?
  pending = {}, ---@type autocrea.Pending[] goes along with the next message
}

---@param first integer
---@param last integer
---@param lines string[]
local function set_lines(first, last, lines)
  vim.bo[state.bufnr].modifiable = true
  vim.api.nvim_buf_set_lines(state.bufnr, first, last, false, lines)
  vim.bo[state.bufnr].modified = false
end

--- The row of the heading below which the user writes. It is marked: an answer may hold such a line too.
---@return integer
local function heading()
  return vim.api.nvim_buf_get_extmark_by_id(state.bufnr, SPACE, 1, {})[1] or 0
end

--- Say below the heading what will go along.
local function draw_pending()
  local labels = vim.tbl_map(function(pending)
    return pending.label
  end, state.pending)
  local lines = #labels > 0 and { { { 'with ' .. table.concat(labels, ', '), 'Comment' } } } or nil
  vim.api.nvim_buf_set_extmark(state.bufnr, SPACE, heading(), 0, { id = 1, virt_lines = lines })
end

--- The user's turn: a heading at the end, and the cursor below it in every window of the chat.
local function your_turn()
  local bufnr = state.bufnr --[[@as integer]]
  local last = vim.api.nvim_buf_line_count(bufnr)
  local empty = last == 1 and vim.api.nvim_buf_get_lines(bufnr, 0, 1, false)[1] == ''
  set_lines(empty and 0 or last, -1, empty and { YOU, '', '' } or { '', YOU, '', '' })
  local row = vim.api.nvim_buf_line_count(bufnr) - 3
  vim.api.nvim_buf_set_extmark(bufnr, SPACE, row, 0, { id = 1 })
  draw_pending()
  for _, window in ipairs(vim.fn.win_findbuf(bufnr)) do
    vim.api.nvim_win_set_cursor(window, { row + 3, 0 })
  end
end

local function cancel()
  if state.call then
    require('autocrea.call').cancel(state.call)
  end
end

local function create()
  state.bufnr = vim.api.nvim_create_buf(false, true)
  local bufnr = state.bufnr
  vim.bo[bufnr].bufhidden = 'hide'
  vim.api.nvim_buf_set_name(bufnr, NAME)
  vim.bo[bufnr].filetype = 'markdown'
  pcall(vim.treesitter.start, bufnr, 'markdown')
  vim.keymap.set({ 'n', 'i' }, '<C-s>', M.send, { buffer = bufnr, desc = 'AUTOCREA: send' })
  vim.keymap.set('n', '<C-c>', cancel, { buffer = bufnr, desc = 'AUTOCREA: stop the answer' })
  vim.api.nvim_create_autocmd('BufWipeout', {
    buffer = bufnr,
    callback = function()
      cancel()
      state.bufnr, state.session, state.pending = nil, nil, {}
    end,
  })
  your_turn()
end

--- Show the chat and put the cursor into it.
local function show()
  local here = vim.api.nvim_get_current_buf()
  if here ~= state.bufnr and vim.bo[here].buftype == '' then
    state.source = here
  end
  if not state.bufnr or not vim.api.nvim_buf_is_valid(state.bufnr) then
    create()
  end
  local window = vim.fn.bufwinid(state.bufnr)
  if window ~= -1 then
    vim.api.nvim_set_current_win(window)
  else
    vim.cmd('botright sbuffer ' .. state.bufnr)
    for name, value in pairs({ wrap = true, linebreak = true, number = false, conceallevel = 2 }) do
      vim.api.nvim_set_option_value(name, value, { win = 0, scope = 'local' })
    end
    vim.api.nvim_set_option_value('winbar', '<C-s> send  <C-c> stop', { win = 0, scope = 'local' })
  end
  vim.api.nvim_win_set_cursor(0, { vim.api.nvim_buf_line_count(state.bufnr), 0 })
end

--- Whose chat it is: sessions are the server's.
---@return vim.lsp.Client?
local function client()
  local same = state.client_id and vim.lsp.get_client_by_id(state.client_id)
  if same then
    return same
  end
  local source = state.source and vim.api.nvim_buf_is_valid(state.source) and state.source or nil
  local found = require('autocrea.say').client(source)
  if found then
    state.client_id, state.session = found.id, nil
  end
  return found
end

---@param source integer?
---@return integer?
local function valid(source)
  return source and vim.api.nvim_buf_is_loaded(source) and source or nil
end

--- Send what stands below the heading.
function M.send()
  if not state.bufnr or state.call then
    return
  end
  local row = heading()
  local written = vim.trim(table.concat(vim.api.nvim_buf_get_lines(state.bufnr, row + 1, -1, false), '\n'))
  if written == '' then
    return require('autocrea.say').warn('write something below "## You" first')
  end
  local server = client()
  if not server then
    return
  end
  local attachments = require('autocrea.attachments')
  local message, attached = attachments.parse(written, server.offset_encoding, valid(state.source))
  if message == '' then
    return require('autocrea.say').warn('ask something about what you attach')
  end
  attached = vim.list_extend(state.pending, attached)
  vim.cmd.stopinsert()
  local shown = vim.split(message, '\n', { plain = true })
  if #attached > 0 then
    local labels = vim.tbl_map(function(pending)
      return pending.label
    end, attached)
    shown = vim.list_extend({ '*with ' .. table.concat(labels, ', ') .. '*', '' }, shown)
  end
  state.pending = {}
  draw_pending()
  set_lines(row + 1, -1, vim.list_extend(vim.list_extend({ '' }, shown), { '', ANSWERER, '', '' }))
  vim.bo[state.bufnr].modifiable = false -- what is being written is not to be written into
  for _, window in ipairs(vim.fn.win_findbuf(state.bufnr)) do
    vim.api.nvim_win_set_cursor(window, { vim.api.nvim_buf_line_count(state.bufnr), 0 })
  end
  local stream = require('autocrea.stream').new(state.bufnr, vim.api.nvim_buf_line_count(state.bufnr) - 1, true)
  ---@type autocrea.ChatParams
  local params = { message = message, session = state.session }
  if #attached > 0 then
    params.attachments = vim.tbl_map(function(pending)
      return pending.attachment
    end, attached)
  end
  state.call = require('autocrea.call').start(server, require('autocrea.wire').Method.CHAT, params, {
    what = 'chat',
    bufnr = valid(state.source),
    on_text = function(text)
      stream:append(text)
    end,
    on_end = function(answer)
      state.call = nil
      if not state.bufnr then
        return
      elseif type(answer) == 'table' then
        state.session = answer.session
        stream:replace(vim.trim(answer.markdown))
      else
        stream:append('*(no answer)*')
      end
      your_turn()
    end,
  })
end

--- Open the chat; with a message, send it.
---@param message string
---@param selected autocrea.Pending?
function M.open(message, selected)
  show()
  if state.call then
    return require('autocrea.say').warn('an answer is on its way; <C-c> in the chat stops it')
  end
  state.pending = selected and { selected } or state.pending
  draw_pending()
  if message == '' then
    return
  end
  set_lines(heading() + 2, -1, vim.split(message, '\n', { plain = true }))
  M.send()
end

local function clear()
  cancel()
  state.session, state.pending = nil, {}
  set_lines(0, -1, {})
end

--- Begin a new session.
function M.new()
  show()
  clear()
  your_turn()
end

---@param server vim.lsp.Client
---@param id string
local function load(server, id)
  local method = require('autocrea.wire').Method.CHAT_SESSIONS
  local options = { what = 'chat', brief = true, quiet = true }
  options.on_end = function(result)
    local session = type(result) == 'table' and result.sessions[1]
    if not session then
      return
    end
    show()
    clear()
    local lines = {}
    for _, message in ipairs(session.messages) do
      vim.list_extend(lines, { message.role == 'user' and YOU or ANSWERER, '' })
      vim.list_extend(lines, vim.split(message.text:gsub('\r', ''), '\n', { plain = true }))
      lines[#lines + 1] = ''
    end
    lines[#lines] = nil
    set_lines(0, -1, lines)
    state.session = session.id
    your_turn()
  end
  require('autocrea.call').start(server, method, { session = id }, options)
end

--- Choose one of the sessions that the server keeps, and go on with it.
function M.list()
  local server = client()
  if not server then
    return
  end
  local method = require('autocrea.wire').Method.CHAT_SESSIONS
  local options = { what = 'chat', brief = true, quiet = true }
  options.on_end = function(result)
    if type(result) ~= 'table' then
      return
    elseif #result.sessions == 0 then
      return require('autocrea.say').say('no chats are kept')
    end
    vim.ui.select(result.sessions, {
      prompt = 'AUTOCREA chats:',
      format_item = function(session)
        return os.date('%Y-%m-%d %H:%M', math.floor(session.updatedAt)) .. '  ' .. session.title
      end,
    }, function(session)
      if session then
        load(server, session.id)
      end
    end)
  end
  require('autocrea.call').start(server, method, vim.empty_dict(), options)
end

return M
