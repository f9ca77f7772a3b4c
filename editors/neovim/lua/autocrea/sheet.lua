--- A scratch buffer in a split, to read.

local M = {}

--- Show these lines; `q` closes them. One of each name: a newer one takes its place.
---@param name string
---@param lines string[]
---@param filetype string
---@return integer bufnr
function M.open(name, lines, filetype)
  local full = 'autocrea://' .. name
  local old = vim.fn.bufnr('^' .. full .. '$')
  if old ~= -1 then
    vim.api.nvim_buf_delete(old, { force = true })
  end
  local bufnr = vim.api.nvim_create_buf(false, true)
  vim.api.nvim_buf_set_name(bufnr, full)
  vim.api.nvim_buf_set_lines(bufnr, 0, -1, false, lines)
  vim.bo[bufnr].bufhidden = 'wipe'
  vim.bo[bufnr].modifiable = false
  vim.bo[bufnr].modified = false
  vim.cmd('belowright sbuffer ' .. bufnr)
  vim.bo[bufnr].filetype = filetype
  vim.api.nvim_set_option_value('wrap', true, { win = 0, scope = 'local' })
  vim.keymap.set('n', 'q', '<Cmd>close<CR>', { buffer = bufnr, nowait = true, desc = 'AUTOCREA: close' })
  return bufnr
end

return M
