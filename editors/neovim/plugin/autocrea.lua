--- Loaded at startup: the command, the <Plug> keys, the highlight group, and the order to start the server.
--- Everything else is loaded when it is used.

if vim.g.loaded_autocrea then
  return
end
vim.g.loaded_autocrea = true

if vim.fn.has('nvim-0.10') == 0 then
  vim.notify('AUTOCREA needs Neovim 0.10 or newer', vim.log.levels.ERROR)
  return
end

for group, link in pairs({
  AutocreaSuggestion = 'Comment',
  AutocreaWarning = 'WarningMsg',
  AutocreaChecked = 'DiagnosticOk',
  AutocreaPending = 'DiagnosticInfo',
  AutocreaAccepted = 'DiagnosticOk',
  AutocreaRejected = 'Comment',
}) do
  vim.cmd(('highlight default link %s %s'):format(group, link))
end

vim.api.nvim_create_user_command('Autocrea', function(command)
  require('autocrea.commands').run(command)
end, {
  nargs = '*',
  range = true,
  desc = 'AUTOCREA: fix, refactor, explain, generate, chat, commit, deploy, status and more',
  complete = function(lead, line, position)
    return require('autocrea.commands').complete(lead, line:sub(1, position))
  end,
})

for plug, unit in pairs({ accept = 'all', ['accept-word'] = 'word', ['accept-line'] = 'line' }) do
  vim.keymap.set('i', ('<Plug>(autocrea-%s)'):format(plug), function()
    return require('autocrea').accept_or('', unit)
  end, { expr = true, desc = 'AUTOCREA: ' .. plug })
end
for _, plug in ipairs({ 'dismiss', 'trigger' }) do
  vim.keymap.set('i', ('<Plug>(autocrea-%s)'):format(plug), function()
    require('autocrea')[plug]()
  end, { desc = 'AUTOCREA: ' .. plug })
end

for _, act in ipairs({ 'fix', 'refactor', 'explain', 'generate', 'chat' }) do
  local plug = ('<Plug>(autocrea-%s)'):format(act)
  vim.keymap.set('n', plug, ('<Cmd>Autocrea %s<CR>'):format(act), { desc = 'AUTOCREA: ' .. act })
  -- The colon puts the range of the selection before the command; where it is of no use that does no harm.
  vim.keymap.set('x', plug, (':Autocrea %s<CR>'):format(act), { silent = true, desc = 'AUTOCREA: ' .. act })
end

-- What the server's code actions ask the editor for.
local acts = { refactor = 'refactor', fixAll = 'fix_all', explain = 'explain', generate = 'generate' }
acts.review, acts.applied = 'review', 'applied'
for name, act in pairs(acts) do
  vim.lsp.commands['autocrea.' .. name] = function(command, context)
    require('autocrea.acts').run(act, command, context)
  end
end

local group = vim.api.nvim_create_augroup('autocrea', {})

---@param event { buf: integer, data: { client_id: integer } }
---@return boolean
local function is_ours(event)
  local client = vim.lsp.get_client_by_id(event.data.client_id)
  return client ~= nil and client.name == 'autocrea'
end

vim.api.nvim_create_autocmd('LspAttach', {
  group = group,
  desc = 'AUTOCREA: the server took up a buffer',
  callback = function(event)
    if is_ours(event) then
      require('autocrea.attach').attached(event.buf)
    end
  end,
})
vim.api.nvim_create_autocmd('LspDetach', {
  group = group,
  desc = 'AUTOCREA: the server left a buffer',
  callback = function(event)
    if is_ours(event) then
      require('autocrea.attach').detached(event.buf)
    end
  end,
})
vim.api.nvim_create_autocmd('LspRequest', {
  group = group,
  desc = 'AUTOCREA: a long request was answered',
  callback = function(event)
    if package.loaded['autocrea.call'] and event.data.request.type == 'complete' then
      require('autocrea.call').answered(event.data.client_id, event.data.request_id)
    end
  end,
})
vim.api.nvim_create_autocmd('ModeChanged', {
  group = group,
  pattern = 'i*:[^i]*', -- not InsertLeave: CTRL-C does without it
  desc = 'AUTOCREA: clear the suggestion',
  callback = function()
    if package.loaded['autocrea.suggestion'] then
      require('autocrea.suggestion').left_insert_mode()
    end
  end,
})
vim.api.nvim_create_autocmd('BufEnter', {
  group = group,
  desc = 'AUTOCREA: a status that changed out of sight',
  callback = function(event)
    if package.loaded['autocrea.status'] then
      require('autocrea.status').seen(event.buf)
    end
  end,
})

require('autocrea.attach').enable()
