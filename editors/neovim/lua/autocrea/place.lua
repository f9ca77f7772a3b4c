--- Places of a buffer as the protocol has them: what was selected, and what others have to say about it.

local M = {}

---@class autocrea.UserCommand what of a user command counts here
---@field range integer how many line numbers were given
---@field line1 integer
---@field line2 integer

--- A file's name for people: short enough to stand beside other words.
---@param path string
---@return string
function M.name(path)
  local name = vim.fn.fnamemodify(path, ':~:.')
  return path == '' and '[No Name]' or #name > 40 and vim.fn.pathshorten(name) or name
end

---@param bufnr integer
---@param encoding string
---@param row integer counts from 0; one past the end is the end
---@param col integer bytes
---@return autocrea.Position
function M.position(bufnr, encoding, row, col)
  local line = vim.api.nvim_buf_get_lines(bufnr, row, row + 1, false)[1] or ''
  return { line = row, character = require('autocrea.client').char_index(line, encoding, math.min(col, #line)) }
end

--- The cursor of the current window.
---@param bufnr integer
---@param encoding string
---@return autocrea.Position
function M.cursor(bufnr, encoding)
  local cursor = vim.api.nvim_win_get_cursor(0)
  return M.position(bufnr, encoding, cursor[1] - 1, cursor[2])
end

--- What a command was given: its lines, or the very characters where they were selected so. Without a range it is the
--- place of the cursor, empty: the server takes the definition around it.
---@param bufnr integer
---@param encoding string
---@param command autocrea.UserCommand
---@return autocrea.Range
function M.range(bufnr, encoding, command)
  if command.range == 0 then
    local here = M.cursor(bufnr, encoding)
    return { start = here, ['end'] = here }
  end
  local first, last = command.line1 - 1, command.line2 - 1
  local from, to = vim.fn.getpos("'<"), vim.fn.getpos("'>")
  if vim.fn.visualmode() == 'v' and from[2] == command.line1 and to[2] == command.line2 then
    local line = vim.api.nvim_buf_get_lines(bufnr, last, last + 1, false)[1] or ''
    local past = math.min(to[3], #line)
    -- '> is the first byte of the last character.
    past = past == 0 and 0 or past - 1 + #vim.fn.matchstr(line:sub(past), '.')
    return {
      start = M.position(bufnr, encoding, first, from[3] - 1),
      ['end'] = M.position(bufnr, encoding, last, past),
    }
  end
  return {
    start = { line = first, character = 0 },
    ['end'] = M.position(bufnr, encoding, last, math.huge),
  }
end

--- What every linter and server says about these lines, in the shape of the protocol and in our client's encoding.
---@param bufnr integer
---@param encoding string
---@param first integer counts from 0
---@param last integer
---@return autocrea.DiagnosticRef[]
function M.diagnostics(bufnr, encoding, first, last)
  local found = {}
  for _, diagnostic in ipairs(vim.diagnostic.get(bufnr)) do
    local end_row = diagnostic.end_lnum or diagnostic.lnum
    if diagnostic.lnum <= last and end_row >= first then
      found[#found + 1] = {
        range = {
          start = M.position(bufnr, encoding, diagnostic.lnum, diagnostic.col),
          ['end'] = M.position(bufnr, encoding, end_row, diagnostic.end_col or diagnostic.col),
        },
        message = diagnostic.message,
        severity = diagnostic.severity,
        source = diagnostic.source,
        code = diagnostic.code,
      }
    end
  end
  return found
end

return M
