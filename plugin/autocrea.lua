-- The Neovim plugin lives in editors/neovim. This file lets any plugin manager install the repository as it is: it puts
-- that folder on 'runtimepath' and sources its plugin file.

if vim.g.loaded_autocrea_root then
  return
end
vim.g.loaded_autocrea_root = true

local root = vim.fs.dirname(vim.fs.dirname(vim.fn.fnamemodify(debug.getinfo(1, 'S').source:sub(2), ':p')))
local folder = root .. '/editors/neovim'
vim.opt.runtimepath:append(folder)

-- A plugin manager makes help tags for the root only.
if not vim.uv.fs_stat(folder .. '/doc/tags') then
  pcall(vim.cmd.helptags, vim.fn.fnameescape(folder .. '/doc'))
end

vim.cmd.source(vim.fn.fnameescape(folder .. '/plugin/autocrea.lua'))
