"""Logs of failed builds → places in the project's files. Pure: it reads nothing but what it is given.

- problem   the value; scan: the one function, and the table of readers
- lines     a log's end without colours and prefixes; places: a tool's path → the project's; log: what readers share
- checkers, placed, bundlers, javascript, python, pytests, compiled, docker   one reader for each form of text
"""

from autocrea_lsp.deploy.buildlog.problem import Problem
from autocrea_lsp.deploy.buildlog.scan import problems

__all__ = ["Problem", "problems"]
