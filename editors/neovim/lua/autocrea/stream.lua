--- Text that grows at the end of a scratch buffer, piece by piece.

local M = {}

---@class autocrea.Stream
---@field bufnr integer
---@field row integer where it begins, counts from 0
---@field follow boolean windows that stand at the end stay there
local Stream = {}
Stream.__index = Stream

--- A stream that begins in that row and owns the buffer from there on.
---@param bufnr integer
---@param row integer
---@param follow boolean?
---@return autocrea.Stream
function M.new(bufnr, row, follow)
  return setmetatable({ bufnr = bufnr, row = row, follow = follow == true }, Stream)
end

---@param first integer
---@param lines string[]
function Stream:_set(first, lines)
  local last = vim.api.nvim_buf_line_count(self.bufnr)
  local at_end = {}
  for _, window in ipairs(self.follow and vim.fn.win_findbuf(self.bufnr) or {}) do
    if vim.api.nvim_win_get_cursor(window)[1] == last then
      at_end[#at_end + 1] = window
    end
  end
  local modifiable = vim.bo[self.bufnr].modifiable
  vim.bo[self.bufnr].modifiable = true
  vim.api.nvim_buf_set_lines(self.bufnr, first, -1, false, lines)
  vim.bo[self.bufnr].modifiable = modifiable
  vim.bo[self.bufnr].modified = false
  for _, window in ipairs(at_end) do
    vim.api.nvim_win_set_cursor(window, { vim.api.nvim_buf_line_count(self.bufnr), 0 })
  end
end

--- Add a piece. A buffer that is gone takes none.
---@param text string
function Stream:append(text)
  if not vim.api.nvim_buf_is_valid(self.bufnr) then
    return
  end
  local last = math.max(self.row, vim.api.nvim_buf_line_count(self.bufnr) - 1)
  local before = vim.api.nvim_buf_get_lines(self.bufnr, last, last + 1, false)[1] or ''
  self:_set(last, vim.split((before .. text):gsub('\r', ''), '\n', { plain = true }))
end

--- Put this text in the place of all that has come.
---@param text string
function Stream:replace(text)
  if vim.api.nvim_buf_is_valid(self.bufnr) then
    self:_set(self.row, vim.split(text:gsub('\r', ''), '\n', { plain = true }))
  end
end

return M
