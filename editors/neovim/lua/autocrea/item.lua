--- An item of textDocument/inlineCompletion as plain text: where it belongs, what of it is left to show, what a part
--- of it is. Knows lines and columns, no screen and no server.

local M = {}

---@class autocrea.Suggestion
---@field text string what stands from (row, col) on once all of it is accepted; lines end in "\n"
---@field row integer counts from 0
---@field col integer bytes
---@field head string the text of line `row` before `col`
---@field typed integer bytes of `text` that the buffer held when the item arrived
---@field inner string text from the cursor to the end of the item's range: replaced when all is accepted
---@field rest string text from the end of the range to the end of the line: never touched
---@field command table? LSP command to run when all of it is accepted
---@field client_id integer

---@class autocrea.Left
---@field text string what is not in the buffer yet
---@field inner string text after the cursor that accepting replaces
---@field shown string `text` without the end that `inner` already shows
---@field covered string the part of `inner` that accepting changes; '' when it only grows

--- What auto-pairs put after the cursor. It lands inside the range, so accepting replaces it.
local CLOSERS = '^[%)%]}>"\'`]*$'

---@param item any
---@param line string
---@param row integer
---@param col integer
---@param byte_index fun(line: string, character: integer): integer
---@return autocrea.Suggestion?
local function parse(item, line, row, col, byte_index)
  local text = type(item) == 'table' and item.insertText
  if type(text) ~= 'string' then
    return nil -- a snippet: not asked for
  end
  local first, last = col, col
  if type(item.range) == 'table' then
    if item.range.start.line ~= row or item.range['end'].line ~= row then
      return nil
    end
    first = byte_index(line, item.range.start.character)
    last = byte_index(line, item.range['end'].character)
  end
  text = text:gsub('\r\n?', '\n')
  local typed = col - first
  if typed < 0 or last < col or text:sub(1, typed) ~= line:sub(first + 1, col) then
    return nil
  end
  return {
    text = text,
    row = row,
    col = first,
    head = line:sub(1, first),
    typed = typed,
    inner = line:sub(col + 1, last),
    rest = line:sub(last + 1),
    command = type(item.command) == 'table' and item.command or nil,
  }
end

--- The first item of an answer that has something to show at (row, col), and what it shows.
---@param result any the answer: items, `{items}` or null
---@param line string the cursor's line
---@param row integer
---@param col integer bytes
---@param byte_index fun(line: string, character: integer): integer
---@return autocrea.Suggestion?
function M.first(result, line, row, col, byte_index)
  if type(result) ~= 'table' then
    return nil
  end
  for _, item in ipairs(result.items or result) do
    local suggestion = parse(item, line, row, col, byte_index)
    if suggestion and M.left(suggestion, { line }, row, col) then
      return suggestion
    end
  end
  return nil
end

--- What is left of a suggestion with the cursor at (row, col); nil when it no longer fits, or nothing visible is left.
--- What was typed must be its beginning, and the text around it must be as it was.
---@param suggestion autocrea.Suggestion
---@param lines string[] from the suggestion's row to `row`
---@param row integer
---@param col integer bytes
---@return autocrea.Left?
function M.left(suggestion, lines, row, col)
  if row < suggestion.row or #lines ~= row - suggestion.row + 1 then
    return nil
  end
  if lines[1]:sub(1, suggestion.col) ~= suggestion.head then
    return nil
  end
  local after = lines[#lines]:sub(col + 1)
  local before = vim.list_slice(lines)
  before[#before] = before[#before]:sub(1, col)
  local typed = table.concat(before, '\n'):sub(suggestion.col + 1)
  if #typed < suggestion.typed or suggestion.text:sub(1, #typed) ~= typed then
    return nil
  end
  if after:sub(#after - #suggestion.rest + 1) ~= suggestion.rest then
    return nil
  end
  local inner = after:sub(1, #after - #suggestion.rest)
  local added = #inner - #suggestion.inner
  if inner:sub(added + 1) ~= suggestion.inner or not inner:sub(1, added):match(CLOSERS) then
    return nil
  end
  local text = suggestion.text:sub(#typed + 1)
  local shown, covered = text, inner
  if inner ~= '' and vim.endswith(text, inner) then
    shown, covered = text:sub(1, #text - #inner), ''
  end
  if not shown:find('%S') then
    return nil
  end
  return { text = text, inner = inner, shown = shown, covered = covered }
end

--- The first part of what is shown.
---@param shown string
---@param unit 'all'|'word'|'line'
---@return string
function M.part(shown, unit)
  if unit == 'word' then
    -- White space, then what `w` moves over: a run of keyword characters or of others.
    local word = vim.fn.matchstr(shown, [=[^[[:space:]]*\%(\k\+\|[^[:space:][:keyword:]]\+\)]=])
    return word ~= '' and word or shown
  elseif unit == 'line' then
    local newline = shown:find('\n', 2, true)
    return newline and shown:sub(1, newline - 1) or shown
  end
  return shown
end

return M
