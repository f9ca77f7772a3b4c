--- Ghost text: a suggestion drawn by extmarks, in no way part of the buffer.

local M = {}

M.HIGHLIGHT = 'AutocreaSuggestion'

-- One mark for the text, and a second one for what does not fit over the text that accepting replaces.
local MARK, MORE = 1, 2

---@return integer
local function namespace()
  return vim.api.nvim_create_namespace('autocrea')
end

--- Virtual text has no tab stops and no control characters: spell them as the window would.
---@param text string one line
---@param column integer screen column it starts in, from 0
---@return string
local function printable(text, column)
  local out = ''
  for piece, tab in text:gmatch('([^\t]*)(\t?)') do
    out = out .. vim.fn.strtrans(piece)
    if tab ~= '' then
      local at = column + vim.fn.strdisplaywidth(out, column)
      out = out .. (' '):rep(vim.fn.strdisplaywidth('\t', at))
    end
  end
  return out
end

--- Split so that the first part covers `cells` screen cells (padded when the text is shorter).
---@param text string
---@param cells integer
---@return string, string
local function split_cells(text, cells)
  local head = ''
  local width = 0
  for index = 0, vim.fn.strchars(text) - 1 do
    local char = vim.fn.strcharpart(text, index, 1)
    local more = width + vim.fn.strdisplaywidth(char)
    if more > cells then
      return head .. (' '):rep(cells - width), vim.fn.strcharpart(text, index)
    end
    head, width = head .. char, more
  end
  return head .. (' '):rep(cells - width), ''
end

--- Draw what is left of a suggestion at the cursor of the current window.
---@param bufnr integer
---@param row integer counts from 0
---@param col integer bytes
---@param left autocrea.Left
function M.draw(bufnr, row, col, left)
  M.clear(bufnr)
  local lines = vim.split(left.shown, '\n', { plain = true })
  local first = printable(lines[1], vim.fn.virtcol('.') - 1)
  local below = {}
  for index = 2, #lines do
    below[#below + 1] = { { printable(lines[index], 0), M.HIGHLIGHT } }
  end
  local ns = namespace()
  local more = first
  if left.covered ~= '' then
    local cover
    cover, more = split_cells(first, vim.fn.strdisplaywidth(left.covered, vim.fn.virtcol('.') - 1))
    vim.api.nvim_buf_set_extmark(bufnr, ns, row, col, {
      id = MORE,
      virt_text = { { cover, M.HIGHLIGHT } },
      virt_text_pos = 'overlay',
      hl_mode = 'replace',
    })
  end
  vim.api.nvim_buf_set_extmark(bufnr, ns, row, col + #left.covered, {
    id = MARK,
    virt_text = more ~= '' and { { more, M.HIGHLIGHT } } or nil,
    virt_text_pos = 'inline',
    virt_lines = #below > 0 and below or nil,
    hl_mode = 'replace',
  })
end

---@param bufnr integer
function M.clear(bufnr)
  if vim.api.nvim_buf_is_valid(bufnr) then
    vim.api.nvim_buf_clear_namespace(bufnr, namespace(), 0, -1)
  end
end

return M
