"""The host that needs no account: built here, in the sandbox, and served here, to this machine only.

- provider   `PreviewProvider`: what the rest of the product talks to
- planning   what a folder is and how it is built; toolchain: the programs for it
- staging    the private copies; building: install and build in the sandbox; output: the result, looked at
- buildlog   what they say; running: one preview from its copy to its address
- places     where previews lie; history: what there was
- site       the serving process as seen from here; serving: that process (a script of its own)
"""

from autocrea_lsp.deploy.preview.provider import PreviewProvider

__all__ = ["PreviewProvider"]
