--- The keys of a proposal's windows.

local M = {}

---@class autocrea.ReviewActions
---@field accept fun(review: autocrea.Review, ids: string[]?) nil: all that wait
---@field reject fun(review: autocrea.Review, ids: string[]?)
---@field regenerate fun(review: autocrea.Review, ids: string[]?) one of them; nil: the whole proposal
---@field turn fun(review: autocrea.Review, step: integer) to another file
---@field close fun(review: autocrea.Review)

--- The hunk under the cursor, as a list of its id; nil (and said so) where none waits.
---@param review autocrea.Review
---@return string[]?
local function here(review)
  local hunks = require('autocrea.hunks')
  local say = require('autocrea.say')
  local file = review.proposal.files[review.index]
  local left = vim.api.nvim_get_current_win() == review.panes.left_window
  local side = (left and hunks.current or hunks.proposed)(file)
  local hunk = hunks.at(side, vim.api.nvim_win_get_cursor(0)[1] - 1)
  if not hunk then
    say.warn('no change here; ]c goes to the next one')
  elseif hunk.state ~= 'pending' then
    say.warn('this change is ' .. hunk.state .. ' already')
  else
    return { hunk.id }
  end
end

--- The same for a change that can be made anew by itself.
---@param review autocrea.Review
---@return string[]?
local function here_anew(review)
  if not review.proposal.files[review.index].isNew then
    return here(review)
  end
  require('autocrea.say').warn('a new file is made anew as a whole: g:')
end

---@param review autocrea.Review
local function explain(review)
  local text = review.proposal.explanation
  require('autocrea.float').show(text ~= '' and text or 'No explanation was given.')
end

---@param review autocrea.Review
local function stop(review)
  if review.call then
    require('autocrea.call').cancel(review.call)
  end
end

--- Map them in all the windows of a review.
---@param review autocrea.Review
---@param actions autocrea.ReviewActions
function M.set(review, actions)
  ---@param act fun(review: autocrea.Review, ids: string[])
  ---@param which fun(review: autocrea.Review): string[]?
  local function one(act, which)
    return function()
      local ids = which(review)
      if ids then
        act(review, ids)
      end
    end
  end
  ---@type table<string, { [1]: string, [2]: fun(review: autocrea.Review), always?: boolean }>
  local keys = {
    ga = { 'accept the change', one(actions.accept, here) },
    gr = { 'reject the change', one(actions.reject, here) },
    gA = { 'accept all that is left', actions.accept },
    gR = { 'reject all that is left', actions.reject },
    ['g.'] = { 'ask for another change here', one(actions.regenerate, here_anew) },
    ['g:'] = { 'ask for another proposal', actions.regenerate },
    [']f'] = {
      'next file',
      function()
        actions.turn(review, 1)
      end,
    },
    ['[f'] = {
      'previous file',
      function()
        actions.turn(review, -1)
      end,
    },
    K = { 'what the model says about it', explain },
    q = { 'close', actions.close, always = true },
    ['<C-c>'] = { 'stop what is under way', stop, always = true },
  }
  local panes = review.panes
  for key, action in pairs(keys) do
    local function act()
      if action.always then
        action[2](review)
      elseif review.closed or not review.proposal then
        return -- nothing to decide any more, or not yet
      elseif review.call then
        review.queue[#review.queue + 1] = act -- its meaning hangs on where the answer leaves the cursor
      else
        action[2](review)
      end
    end
    for _, bufnr in ipairs({ panes.header, panes.left, panes.right }) do
      vim.keymap.set('n', key, act, { buffer = bufnr, nowait = true, desc = 'AUTOCREA: ' .. action[1] })
    end
  end
end

return M
