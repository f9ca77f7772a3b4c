--- What would be sent to a model, or what was sent last: word for word, with what it costs.

local M = {}

---@param micros integer?
---@return string
local function dollars(micros)
  if require('autocrea.client').is_null(micros) then
    return 'unknown'
  end
  return ('$%.4f'):format(micros / 1e6)
end

--- A fence that the text does not hold.
---@param text string
---@return string[]
local function fenced(text)
  local fence = '```'
  while text:find(fence, 1, true) do
    fence = fence .. '`'
  end
  local lines = vim.split(text:gsub('\r', ''), '\n', { plain = true })
  table.insert(lines, 1, fence)
  lines[#lines + 1] = fence
  return lines
end

---@param title string
---@param prompt autocrea.PromptPreview
local function show(title, prompt)
  local lines = {
    '# ' .. title,
    '',
    ('- Backend: %s, model: %s'):format(prompt.backend, prompt.model),
    ('- Input: %d tokens (%s)'):format(prompt.inputTokens, prompt.counted and 'counted by the service' or 'estimated'),
    ('- Answer: at most %d tokens'):format(prompt.maxOutputTokens),
    ('- Price: %s for the input, at most %s in all'):format(dollars(prompt.costMicros), dollars(prompt.maxCostMicros)),
    ('- Secrets replaced by placeholders: %d'):format(prompt.secretsHidden),
    '',
    '## System',
    '',
  }
  vim.list_extend(lines, fenced(prompt.system))
  for _, message in ipairs(prompt.messages) do
    vim.list_extend(lines, { '', '## ' .. (message.role == 'user' and 'User' or 'Assistant'), '' })
    vim.list_extend(lines, fenced(message.text))
  end
  require('autocrea.sheet').open('prompt', lines, 'markdown')
end

--- What that request would send. Nothing is sent.
---@param client vim.lsp.Client
---@param kind autocrea.PromptOf
---@param params table as for the request itself
function M.preview(client, kind, params)
  local method = require('autocrea.wire').Method.PREVIEW
  require('autocrea.call').start(client, method, { prompt = kind, params = params }, {
    what = 'preview',
    brief = true,
    bufnr = params.uri and vim.uri_to_bufnr(params.uri) or nil,
    on_end = function(result)
      if type(result) == 'table' then
        show('What would be sent: ' .. kind, result)
      end
    end,
  })
end

--- What the last request sent.
---@param client vim.lsp.Client
---@param kind autocrea.PromptOf?
function M.sent(client, kind)
  local params = kind and { prompt = kind } or vim.empty_dict()
  require('autocrea.call').start(client, require('autocrea.wire').Method.LAST_PROMPT, params, {
    what = 'sent',
    brief = true,
    on_end = function(result)
      if type(result) == 'table' then
        show('What was sent last', result)
      end
    end,
  })
end

return M
