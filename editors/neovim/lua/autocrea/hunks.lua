--- A proposed file as text: what it is by now, what it would be, and where each hunk stands in either.

local M = {}

---@class autocrea.Stretch
---@field hunk autocrea.Hunk
---@field row integer first row of it, counts from 0
---@field count integer rows; 0 where it only takes lines away

---@class autocrea.Side
---@field lines string[]
---@field stretches autocrea.Stretch[]

--- Whole lines, without what ends them.
---@param text string
---@return string[]
local function lines_of(text)
  local lines = vim.split(text, '\n', { plain = true })
  if lines[#lines] == '' then
    lines[#lines] = nil
  end
  for index, line in ipairs(lines) do
    lines[index] = line:gsub('\r$', '')
  end
  return lines
end

---@param file autocrea.ProposedFile
---@param with_pending boolean
---@return autocrea.Side
local function render(file, with_pending)
  local original = lines_of(file.original)
  local side = { lines = {}, stretches = {} } ---@type autocrea.Side
  local hunks = vim.list_slice(file.hunks)
  table.sort(hunks, function(a, b)
    return a.startLine < b.startLine
  end)
  local from = 1
  for _, hunk in ipairs(hunks) do
    vim.list_extend(side.lines, original, from, hunk.startLine)
    local taken = with_pending and hunk.state == 'pending' and lines_of(hunk.newText)
      or vim.list_slice(original, hunk.startLine + 1, hunk.endLine)
    side.stretches[#side.stretches + 1] = { hunk = hunk, row = #side.lines, count = #taken }
    vim.list_extend(side.lines, taken)
    from = hunk.endLine + 1
  end
  vim.list_extend(side.lines, original, from)
  return side
end

--- The file as it is, with what was accepted so far.
---@param file autocrea.ProposedFile
---@return autocrea.Side
function M.current(file)
  return render(file, false)
end

--- The file as it would be with all that is still to be decided.
---@param file autocrea.ProposedFile
---@return autocrea.Side
function M.proposed(file)
  return render(file, true)
end

--- The hunk at a row. One that has no row on this side is met from the rows beside it.
---@param side autocrea.Side
---@param row integer counts from 0
---@return autocrea.Hunk?
function M.at(side, row)
  local beside
  for _, stretch in ipairs(side.stretches) do
    if row >= stretch.row and row < stretch.row + stretch.count then
      return stretch.hunk
    elseif stretch.count == 0 and (row == stretch.row or row == stretch.row - 1) then
      beside = beside or stretch.hunk
    end
  end
  return beside
end

--- How many hunks of a proposal are in that state.
---@param proposal autocrea.Proposal
---@param state autocrea.HunkState
---@return integer
function M.count(proposal, state)
  local count = 0
  for _, file in ipairs(proposal.files) do
    for _, hunk in ipairs(file.hunks) do
      count = count + (hunk.state == state and 1 or 0)
    end
  end
  return count
end

return M
