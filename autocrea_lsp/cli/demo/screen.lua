-- Types into a real Neovim and prints its screen: nvim --headless -u NONE -i NONE -n -l screen.lua CONFIG
-- CONFIG is a JSON object: {plugin, file, typed, name, settings, cmd}. A parent (this script) drives a child over RPC.
-- Ends with 0 when the suggestion was accepted into the buffer, else with 1.

local config = vim.json.decode(table.concat(vim.fn.readfile(arg[1]), '\n'))
local child = vim.fn.jobstart(
  { vim.v.progpath, '--embed', '--headless', '-u', 'NONE', '-i', 'NONE', '-n' },
  { rpc = true }
)

local function lua(code, ...)
  return vim.rpcrequest(child, 'nvim_exec_lua', code, { ... })
end

local function screen()
  return lua([[
    vim.cmd.redraw()
    local rows = {}
    for row = 1, vim.o.lines do
      local cells = {}
      for column = 1, vim.o.columns do
        cells[column] = vim.fn.screenstring(row, column)
      end
      rows[row] = (table.concat(cells):gsub('%s+$', ''))
    end
    return rows
  ]])
end

local function show(title)
  io.stdout:write('  ' .. title .. '\n')
  for _, row in ipairs(screen()) do
    io.stdout:write('  | ' .. row .. '\n')
  end
end

local function wait(condition)
  return vim.wait(60000, condition, 50)
end

lua(
  [[
    local config = ...
    vim.o.columns, vim.o.lines = 72, 14
    vim.opt.shortmess:append('I')
    vim.o.autoindent = false
    vim.opt.runtimepath:append(config.plugin)
    vim.g.autocrea = { cmd = config.cmd, settings = config.settings }
    vim.cmd.runtime('plugin/autocrea.lua')
    vim.cmd.edit(vim.fn.fnameescape(config.file))
  ]],
  config
)
local attached = wait(function()
  return lua(
    'return #vim.lsp.get_clients({ bufnr = 0 }) > 0 and vim.lsp.get_clients({ bufnr = 0 })[1].initialized == true'
  )
end)
if not attached then
  show('The server did not start:')
  os.exit(1)
end

vim.rpcrequest(child, 'nvim_input', 'GA<CR>' .. config.typed:gsub('<', '<lt>'))
local shown = wait(function()
  if lua('return vim.api.nvim_get_current_line()') ~= config.typed then
    return false
  end
  for _, row in ipairs(screen()) do
    if row:find(config.typed .. config.name, 1, true) then
      return true
    end
  end
  return false
end)
show(('typed `%s`; what follows is the suggestion:'):format(vim.trim(config.typed)))
vim.rpcrequest(child, 'nvim_input', '<M-l>')
local accepted = wait(function()
  local line = lua('return vim.api.nvim_get_current_line()')
  return line:find(config.typed .. config.name, 1, true) ~= nil
end)
show('accepted with <M-l>:')
vim.rpcrequest(child, 'nvim_input', '<Esc>')
lua('vim.cmd.write() for _, client in ipairs(vim.lsp.get_clients()) do client:stop() end')
wait(function()
  return lua('return #vim.lsp.get_clients() == 0')
end)
pcall(vim.rpcnotify, child, 'nvim_command', 'qall!')
vim.fn.jobwait({ child }, 2000)
os.exit(shown and accepted and 0 or 1)
