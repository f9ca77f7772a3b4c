-- luacheck's view of Neovim: LuaJIT, and `vim` with its writable option and variable tables.
std = 'luajit'
max_line_length = 120
globals = { 'vim' }
