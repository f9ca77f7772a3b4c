--- A proposal under the user's eyes: hunk by hunk accepted, rejected or asked for anew. Nothing is written before.

local M = {}

---@class autocrea.Review
---@field client_id integer
---@field panes autocrea.Panes
---@field proposal autocrea.Proposal?
---@field index integer which of its files
---@field call autocrea.Call? what is under way
---@field created string[] new files written
---@field closed boolean?
---@field queue fun()[] keys that came while a quick answer was on its way

local open = {} ---@type table<integer, autocrea.Review> by tab page

---@param review autocrea.Review
---@return vim.lsp.Client?
local function client_of(review)
  local client = vim.lsp.get_client_by_id(review.client_id)
  if not client then
    require('autocrea.say').warn('the server that made this has ended; ask again')
  end
  return client
end

---@param review autocrea.Review
---@return autocrea.ProposedFile
local function file_of(review)
  return review.proposal.files[review.index]
end

---@param review autocrea.Review
local function draw(review)
  local panes, proposal = require('autocrea.panes'), review.proposal
  local file = file_of(review)
  local note = require('autocrea.place').name(vim.uri_to_fname(file.uri)) .. (file.isNew and ' (new)' or '')
  if #proposal.files > 1 then
    note = ('%s  file %d of %d'):format(note, review.index, #proposal.files)
  end
  panes.head(review.panes, proposal.title, proposal.label, proposal.status ~= 'passed', note)
  panes.draw(review.panes, file)
end

--- The next hunk that waits, from that row on; then from the first row on; then in another file.
---@param review autocrea.Review
local function go_to_pending(review)
  local hunks, panes = require('autocrea.hunks'), require('autocrea.panes')
  local row = vim.api.nvim_win_get_cursor(review.panes.right_window)[1] - 1
  local found
  for _, stretch in ipairs(hunks.proposed(file_of(review)).stretches) do
    if stretch.hunk.state == 'pending' and (not found or (found < row and stretch.row >= row)) then
      found = stretch.row
    end
  end
  if found then
    return panes.go(review.panes, found)
  end
  for index, file in ipairs(review.proposal.files) do
    for _, hunk in ipairs(file.hunks) do
      if hunk.state == 'pending' then
        review.index = index
        draw(review)
        return go_to_pending(review)
      end
    end
  end
end

---@param review autocrea.Review
local function close(review)
  if review.closed then
    return
  end
  review.closed = true
  open[review.panes.tab] = nil
  if review.call then
    require('autocrea.call').cancel(review.call)
  end
  require('autocrea.panes').close(review.panes)
end

--- All is decided: leave, say what came of it, and show a file that is new.
---@param review autocrea.Review
local function finish(review)
  local hunks = require('autocrea.hunks')
  local accepted, rejected = hunks.count(review.proposal, 'accepted'), hunks.count(review.proposal, 'rejected')
  local title = review.proposal.title
  close(review)
  for index, path in ipairs(review.created) do
    if index == 1 then
      vim.cmd.edit(vim.fn.fnameescape(path))
    end
  end
  require('autocrea.say').say(('%s: %d accepted, %d rejected'):format(title, accepted, rejected))
end

--- Show this proposal from now on.
---@param review autocrea.Review
---@param proposal autocrea.Proposal
local function show(review, proposal)
  local hunks = require('autocrea.hunks')
  review.proposal = proposal
  review.index = math.min(review.index, #proposal.files)
  if #proposal.files == 0 or hunks.count(proposal, 'pending') == 0 then
    return finish(review)
  end
  require('autocrea.panes').rename(review.panes, proposal.id)
  draw(review)
  go_to_pending(review)
end

---@param review autocrea.Review
---@param method string
---@param params table
---@param options { what: string, brief?: boolean }
---@param done fun(result: any)
local function ask(review, method, params, options, done)
  local client = client_of(review)
  if not client then
    return
  end
  local file = review.proposal and file_of(review)
  review.call = require('autocrea.call').start(client, method, params, {
    what = options.what,
    brief = options.brief,
    quiet = options.brief,
    bufnr = file and not file.isNew and vim.uri_to_bufnr(file.uri) or nil,
    on_end = function(result)
      review.call = nil
      if not review.closed and type(result) == 'table' then
        done(result)
      end
      local queue = review.queue
      review.queue = {}
      for _, key in ipairs(queue) do
        key()
      end
    end,
  })
end

--- The server took an edit for applied that was not. Asked, it notices, unless the text is another one by now; if it
--- then takes all for decided there is nothing left to do here, nor to be told as done.
---@param review autocrea.Review
local function look_again(review)
  local params = { id = review.proposal.id }
  local method = require('autocrea.wire').Method.PROPOSAL
  ask(review, method, params, { what = 'proposal', brief = true }, function(proposal)
    if require('autocrea.hunks').count(proposal, 'pending') == 0 then
      return close(review)
    end
    show(review, proposal)
  end)
end

---@param review autocrea.Review
---@param ids string[]? nil: all that wait
local function accept(review, ids)
  local wire = require('autocrea.wire')
  local params = { id = review.proposal.id, hunks = ids }
  ask(review, wire.Method.PROPOSAL_ACCEPT, params, { what = 'accept', brief = true }, function(result)
    local edit = require('autocrea.edit')
    local client = client_of(review)
    local applied = client and edit.apply(result.edit, client.offset_encoding)
    if not applied then
      return
    elseif applied.problem then
      require('autocrea.say').warn(applied.problem)
      return look_again(review)
    end
    for _, path in ipairs(applied.created) do
      if edit.write(path) then
        review.created[#review.created + 1] = path
      end
    end
    show(review, result.proposal)
  end)
end

---@param review autocrea.Review
---@param ids string[]?
local function reject(review, ids)
  local params = { id = review.proposal.id, hunks = ids }
  local method = require('autocrea.wire').Method.PROPOSAL_REJECT
  ask(review, method, params, { what = 'reject', brief = true }, function(proposal)
    show(review, proposal)
  end)
end

---@param review autocrea.Review
---@param ids string[]? of one change, and the others stay; nil: another proposal takes this one's place
local function regenerate(review, ids)
  local params = { id = review.proposal.id, hunk = ids and ids[1] }
  local method = require('autocrea.wire').Method.PROPOSAL_REGENERATE
  require('autocrea.say').ask('What should be different? (may be empty) ', function(instruction)
    if review.closed then
      return -- while the question stood there
    end
    params.instruction = instruction ~= '' and instruction or nil
    ask(review, method, params, { what = review.proposal.title }, function(proposal)
      show(review, proposal)
    end)
  end, true)
end

---@param review autocrea.Review
---@param step integer
local function turn(review, step)
  local number = #review.proposal.files
  review.index = (review.index - 1 + step) % number + 1
  draw(review)
  require('autocrea.panes').go(review.panes, 0)
  go_to_pending(review)
end

---@param client vim.lsp.Client
---@param id string
---@return autocrea.Review
local function new(client, id)
  local panes = require('autocrea.panes').open(id)
  local review = { client_id = client.id, panes = panes, index = 1, created = {}, queue = {} } ---@type autocrea.Review
  open[panes.tab] = review
  require('autocrea.review_keys').set(
    review,
    { accept = accept, reject = reject, regenerate = regenerate, turn = turn, close = close }
  )
  for _, bufnr in ipairs({ panes.header, panes.left, panes.right }) do
    vim.api.nvim_create_autocmd('BufWipeout', {
      buffer = bufnr,
      callback = vim.schedule_wrap(function()
        close(review)
      end),
    })
  end
  return review
end

--- Show a proposal. One that is on a screen already is shown there.
---@param client vim.lsp.Client
---@param proposal autocrea.Proposal
function M.open(client, proposal)
  for tab, review in pairs(open) do
    if review.proposal and review.proposal.id == proposal.id and vim.api.nvim_tabpage_is_valid(tab) then
      vim.api.nvim_set_current_tabpage(tab)
      return show(review, proposal)
    end
  end
  if #proposal.files == 0 then
    return require('autocrea.say').say(proposal.title .. ': nothing to change')
  end
  show(new(client, proposal.id), proposal)
end

--- Show code as it is written, and then the proposal that comes of it.
---@param client vim.lsp.Client
---@param params autocrea.GenerateParams
function M.generate(client, params)
  local panes = require('autocrea.panes')
  local wire = require('autocrea.wire')
  local review = new(client, ('new-%d'):format(vim.uv.hrtime()))
  panes.head(review.panes, 'Generate: ' .. params.prompt, 'being written; <C-c> stops it', false, '')
  local stream = require('autocrea.stream').new(review.panes.right, 0)
  review.call = require('autocrea.call').start(client, wire.Method.GENERATE, params, {
    what = 'generate',
    on_text = function(text)
      stream:append(text)
    end,
    on_end = function(result)
      review.call = nil
      if review.closed then
        return
      elseif type(result) == 'table' then
        show(review, result.proposal)
      else
        close(review)
      end
    end,
  })
end

return M
