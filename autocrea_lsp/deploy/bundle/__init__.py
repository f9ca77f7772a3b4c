"""Which files of a folder are deployed, and their bytes: listed, hashed, read and packed, none held in memory.

- entry     the values: what a host's rules are, what is in a bundle, what was left out and why
- never     what is never sent, whatever a file of the repository says; only the user's own word brings it back
- ignoring  `.gitignore` and a host's own ignore file
- walk      `collect(folder, rules)`; finishing: what holds for the whole of it
- reading   `content(file)`: only what was listed, and only as it was then; threaded: a generator driven from the loop
- hashing   `hash_all(bundle)`
- packing   `archive(bundle)`: a gzipped tar as it is made
"""

from autocrea_lsp.deploy.bundle.entry import Bundle, BundleFile, FileChanged, Hashed, HostRules, Skipped
from autocrea_lsp.deploy.bundle.hashing import hash_all
from autocrea_lsp.deploy.bundle.packing import archive
from autocrea_lsp.deploy.bundle.reading import content
from autocrea_lsp.deploy.bundle.walk import collect

__all__ = [
    "Bundle",
    "BundleFile",
    "FileChanged",
    "Hashed",
    "HostRules",
    "Skipped",
    "archive",
    "collect",
    "content",
    "hash_all",
]
