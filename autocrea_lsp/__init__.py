"""AUTOCREA LSP: an AI language server for any editor.

`lsp/` speaks the protocol; every other package is named after what the product does; `app.py` wires them.
`assist/` is what JoxCoder does for code, `ai/` is who answers, `store/` remembers what it cost,
`access/` holds credentials and limits, `workspace/` knows files and secrets, `cli/` is the command line.
Imports point downwards only: cli, lsp, app, assist, ai, (workspace, access), store, settings, (errors, text).
"""

__version__ = "0.1.0"
