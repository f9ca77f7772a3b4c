"""Whether a proposed text of a file may be offered as a fix: it parses, it hides nothing, and a checker agrees.

- verdict    what is judged, and what is said of it
- judging    `check(candidate)`: the steps, cheapest first
- masking    code without its comments and strings; lines   which line became which
- silencing  problems that were hidden;               removal  code that was thrown away with them
- choosing   which checkers can speak about a problem; tools   where they are found, never inside the workspace
- bench      runs them in the sandbox;                 python, javascript, golang, jsontext  how each is asked
- comparing  what they said about the text before and after: gone, stands, new
"""

from autocrea_lsp.assist.checking.judging import check
from autocrea_lsp.assist.checking.verdict import Candidate, Verdict

__all__ = ["Candidate", "Verdict", "check"]
