--- Edits that the server made, put into buffers and onto the disk: all of one or nothing of it.

local M = {}

---@class autocrea.Applied
---@field problem string? why nothing was done
---@field created string[] paths of new files
---@field changed integer[] buffers

local STALE = 'the file has changed meanwhile, nothing was applied; ask again'

---@param uri string
---@return integer? bufnr only if it is loaded: what is not, cannot have moved
local function loaded(uri)
  local bufnr = vim.uri_to_bufnr(uri)
  return vim.api.nvim_buf_is_loaded(bufnr) and bufnr or nil
end

---@param change table an element of `documentChanges`
---@return string?
local function problem_of(change)
  local is_null = require('autocrea.client').is_null
  if change.kind == 'create' then
    local options = change.options or {}
    local path = vim.uri_to_fname(change.uri)
    -- Neovim would empty a file that is there.
    if not options.overwrite and not options.ignoreIfExists and vim.uv.fs_lstat(path) then
      return ('%s exists already, nothing was applied'):format(vim.fn.fnamemodify(path, ':~:.'))
    end
  elseif change.kind then
    return ('the server wants to %s a file, which it may not'):format(change.kind)
  else
    local document = change.textDocument
    if is_null(document.version) then
      document.version = nil -- or Neovim 0.12 compares a number with it
    end
    local bufnr = loaded(document.uri)
    local version = document.version
    if bufnr and not vim.bo[bufnr].modifiable then
      return ('%s cannot be changed'):format(vim.fn.fnamemodify(vim.api.nvim_buf_get_name(bufnr), ':~:.'))
    elseif bufnr and version and vim.lsp.util.buf_versions[bufnr] ~= version then
      return STALE
    end
  end
end

--- Neovim leaves an empty line behind text that is put after the last line, or into a buffer without any.
---@param uri string
---@param edits table[]
local function fit(uri, edits)
  local bufnr = loaded(uri)
  local count = bufnr and vim.api.nvim_buf_line_count(bufnr) or 0
  if bufnr and count == 1 and vim.api.nvim_buf_get_lines(bufnr, 0, 1, false)[1] == '' then
    count = 0
  end
  for _, edit in ipairs(edits) do
    if edit.range.start.line >= count then
      edit.newText = edit.newText:gsub('\r?\n$', '')
    end
  end
end

--- Make an edit ready for Neovim, or say why it cannot be applied. Neovim skips what is stale and says that it did not.
---@param edit table a WorkspaceEdit; it is changed
---@return string? problem
function M.prepare(edit)
  for _, change in ipairs(edit.documentChanges or {}) do
    local problem = problem_of(change)
    if problem then
      return problem
    end
  end
  local created = {} ---@type table<string, boolean>
  for _, change in ipairs(edit.documentChanges or {}) do
    if change.kind == 'create' then
      created[change.uri] = true
      vim.bo[vim.uri_to_bufnr(change.uri)].buflisted = true -- before its filetype is found, or no server takes it up
    else
      local uri = change.textDocument.uri
      if not created[uri] then
        vim.fn.bufload(vim.uri_to_bufnr(uri)) -- a new one is, once it is on the disk
      end
      fit(uri, change.edits)
    end
  end
  for uri, edits in pairs(edit.changes or {}) do
    vim.fn.bufload(vim.uri_to_bufnr(uri))
    fit(uri, edits)
  end
end

---@param edit table
---@return table<string, integer> edits how many each document gets, by URI
---@return string[] created
local function overview(edit)
  local edits, created = {}, {}
  for uri, list in pairs(edit.changes or {}) do
    edits[uri] = #list
  end
  for _, change in ipairs(edit.documentChanges or {}) do
    if change.kind == 'create' then
      created[#created + 1] = vim.uri_to_fname(change.uri)
    elseif change.textDocument then
      local uri = change.textDocument.uri
      edits[uri] = (edits[uri] or 0) + #change.edits
    end
  end
  return edits, created
end

--- Apply a WorkspaceEdit, and look afterwards whether that happened.
---@param edit table
---@param encoding string
---@return autocrea.Applied
function M.apply(edit, encoding)
  local result = { created = {}, changed = {}, problem = M.prepare(edit) } ---@type autocrea.Applied
  if result.problem then
    return result
  end
  local edits, created = overview(edit)
  local before = {} ---@type table<integer, integer>
  for uri, number in pairs(edits) do
    if number > 0 then
      local bufnr = vim.uri_to_bufnr(uri)
      before[bufnr] = vim.api.nvim_buf_get_changedtick(bufnr)
    end
  end
  local ok, err = pcall(vim.lsp.util.apply_workspace_edit, edit, encoding)
  if not ok then
    require('autocrea.client').log('applying an edit', err)
    result.problem = 'the edit could not be applied'
    return result
  end
  result.created = created
  for bufnr, tick in pairs(before) do
    if vim.api.nvim_buf_get_changedtick(bufnr) == tick then
      result.problem = STALE
    end
    result.changed[#result.changed + 1] = bufnr
  end
  return result
end

--- `workspace/applyEdit`: the truth about what became of it.
---@param params { edit: table }
---@param encoding string
---@return { applied: boolean, failureReason: string? }
function M.answer(params, encoding)
  local applied = M.apply(params.edit, encoding)
  return { applied = applied.problem == nil, failureReason = applied.problem }
end

--- Write a new file that the user has accepted.
---@param path string
---@return integer? bufnr nil: it could not be written, which was said
function M.write(path)
  local bufnr = vim.fn.bufadd(path)
  vim.fn.bufload(bufnr)
  local ok, err = pcall(vim.api.nvim_buf_call, bufnr, function()
    vim.cmd('silent write ++p')
  end)
  if not ok then
    local reason = tostring(err):match('E%d+:.*') or 'it could not be written'
    require('autocrea.say').say(('%s: %s'):format(path, reason), vim.log.levels.ERROR)
    return nil
  end
  return bufnr
end

return M
