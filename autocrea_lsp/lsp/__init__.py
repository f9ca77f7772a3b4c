"""The only package that imports pygls or lsprotocol: AUTOCREA as a language server."""
