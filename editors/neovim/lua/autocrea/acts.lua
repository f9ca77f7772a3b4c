--- What the model does for a piece of code: the commands that code actions carry, and the same ones asked for by hand.

local M = {}

--- Ask for a change and show it.
---@param client vim.lsp.Client
---@param params autocrea.EditParams
function M.edit(client, params)
  require('autocrea.call').start(client, require('autocrea.wire').Method.EDIT, params, {
    what = params.goal or 'refactor',
    on_end = function(proposal)
      if type(proposal) == 'table' then
        require('autocrea.review').open(client, proposal)
      end
    end,
  })
end

---@param client vim.lsp.Client
---@param params autocrea.EditParams
function M.refactor(client, params)
  if params.instruction then
    return M.edit(client, params)
  end
  require('autocrea.say').ask('Refactor: ', function(instruction)
    M.edit(client, vim.tbl_extend('force', params, { instruction = instruction }))
  end)
end

--- Take all of a proposal that a checker agreed with, and see whether it helped.
---@param client vim.lsp.Client
---@param proposal autocrea.Proposal
---@param uri string
---@param diagnostics autocrea.DiagnosticRef[]
local function take(client, proposal, uri, diagnostics)
  require('autocrea.call').start(client, require('autocrea.wire').Method.PROPOSAL_ACCEPT, { id = proposal.id }, {
    what = proposal.title,
    brief = true,
    quiet = true,
    bufnr = vim.uri_to_bufnr(uri),
    on_end = function(accepted)
      if type(accepted) ~= 'table' then
        return
      end
      local applied = require('autocrea.edit').apply(accepted.edit, client.offset_encoding)
      if applied.problem then
        require('autocrea.say').warn(applied.problem)
        return M.review(client, { id = proposal.id }) -- as the server has it once it has looked
      end
      require('autocrea.fixed').watch(client, { uri = uri, diagnostics = diagnostics })
    end,
  })
end

--- Fix all that anybody says about a file. Applied where a checker agrees, as any fix; else shown.
---@param client vim.lsp.Client
---@param params autocrea.EditParams
function M.fix_all(client, params)
  local bufnr = vim.uri_to_bufnr(params.uri)
  local diagnostics = require('autocrea.place').diagnostics(bufnr, client.offset_encoding, 0, math.huge)
  params = vim.tbl_extend('force', params, { diagnostics = diagnostics })
  require('autocrea.call').start(client, require('autocrea.wire').Method.EDIT, params, {
    what = 'fix all',
    on_end = function(proposal)
      if type(proposal) ~= 'table' then
        return
      end
      local file = proposal.files[1]
      if proposal.status == 'passed' and #proposal.files == 1 and file.uri == params.uri and not file.isNew then
        take(client, proposal, params.uri, diagnostics)
      else
        require('autocrea.review').open(client, proposal)
      end
    end,
  })
end

---@param client vim.lsp.Client
---@param params autocrea.GenerateParams
function M.generate(client, params)
  if params.prompt and params.prompt ~= '' then
    return require('autocrea.review').generate(client, params)
  end
  require('autocrea.say').ask('Generate: ', function(prompt)
    require('autocrea.review').generate(client, vim.tbl_extend('force', params, { prompt = prompt }))
  end)
end

--- Explain, in a window beside the cursor. Asked the same again it is entered. Closing it stops the answer.
---@param client vim.lsp.Client
---@param params autocrea.ExplainParams
function M.explain(client, params)
  local float = require('autocrea.float')
  local key = vim.inspect(params)
  if float.focus(key) then
    return
  end
  local calls = require('autocrea.call')
  local call ---@type autocrea.Call?
  ---@return boolean
  local function stop()
    local under_way = call ~= nil and not call.ended
    if call and under_way then
      calls.cancel(call)
    end
    return under_way
  end
  local window = float.show('…', { title = 'JoxCoder', key = key, on_close = stop, on_stop = stop })
  local begun = false
  call = calls.start(client, require('autocrea.wire').Method.EXPLAIN, params, {
    what = 'explain',
    on_text = function(text)
      if not begun then
        begun = true
        float.replace(window, '')
      end
      float.append(window, text)
    end,
    on_end = function(result)
      if type(result) == 'table' then
        float.replace(window, result.markdown)
      elseif begun then
        float.append(window, '\n\n*(stopped)*')
      else
        float.close(window)
      end
    end,
  })
end

---@param client vim.lsp.Client
---@param params autocrea.ProposalParams
function M.review(client, params)
  require('autocrea.call').start(client, require('autocrea.wire').Method.PROPOSAL, params, {
    what = 'review',
    brief = true,
    quiet = true,
    on_end = function(proposal)
      if type(proposal) == 'table' then
        require('autocrea.review').open(client, proposal)
      end
    end,
  })
end

---@param client vim.lsp.Client
---@param params autocrea.FixApplied
function M.applied(client, params)
  require('autocrea.fixed').watch(client, params)
end

--- The command of a code action, as Neovim hands it over.
---@param name 'refactor'|'fix_all'|'generate'|'explain'|'review'|'applied'
---@param command lsp.Command
---@param context { client_id: integer }
function M.run(name, command, context)
  local client = vim.lsp.get_client_by_id(context.client_id)
  local params = (command.arguments or {})[1]
  if client and type(params) == 'table' then
    M[name](client, params)
  end
end

return M
