"""What is recognised in a line of Markdown. Every pattern takes linear time on any line.

U+0000 and U+0001 frame the mark of a code span: cleaned text holds neither.
"""

from __future__ import annotations

import html
import re

_PUNCTUATION = r"[!-/:-@\[-`{-~]"
PUNCTUATION = re.compile(_PUNCTUATION)
ESCAPE = re.compile(rf"\\({_PUNCTUATION})")
MARK = re.compile("\x00([0-9]+)\x01")
TICKS = re.compile("`+")
EMPHASIS = re.compile(r"(?<![\w*\\])(\*{1,3}|~~)(?=[^\s*~])([^*~]{1,1000}?)(?<=[^\s\\])\1(?![\w*])")

# Schemes that make an editor or a system do something. Written out they are of no use to a reader either.
REMOVED = re.compile(
    r"(?:command|vscode[\w-]*|vscodium|cursor|windsurf|jetbrains|javascript|vbscript|data|file|ms-[\w-]+|search-ms):",
    re.IGNORECASE,
)
_MAIL = r"[A-Za-z0-9_.%+-]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})++"
_IN_URL = r"[^\s<>\x00\x01|\[\]\\\"]"
# Renderers see these within a word too.
_WEB = rf"(?:[hH][tT][tT][pP][sS]?|[fF][tT][pP])://{_IN_URL}*+|[wW]{{3}}\.{_IN_URL}++"
_URL = rf"[A-Za-z][A-Za-z0-9+.-]{{1,31}}://{_IN_URL}*+"
_BAD = (
    r"(?i:(?:command|vscode[\w-]*|javascript|vbscript):(?=[^\s:])|data:(?=[\w.+-]*[/;,])|file:(?=/))"
    r"[^\s<>\x00\x01|\[\]]++"
)
_ENTITY = r"&(?:\#[0-9]{1,7}|\#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});"
TOKEN = re.compile(
    rf"(?P<escape>\\{_PUNCTUATION})|(?P<less><(?=[A-Za-z/!?]))|(?P<open>!?\[)|(?P<close>\])|(?P<entity>{_ENTITY})"
    rf"|(?P<web>{_WEB})|(?<![A-Za-z0-9])(?:(?P<mail>{_MAIL})|(?P<url>{_URL})|(?P<bad>{_BAD}))"
)

# Links and images

# What follows a link's text: `(destination "title")`; brackets in it nest twice.
AFTER_LINK = re.compile(
    r"""\(\s*+(?:<(?P<angle>[^<>]*+)>|(?P<bare>(?:[^\s()\\\x00]|\\.|\((?:[^\s()\\\x00]|\\.|
        \((?:[^\s()\\\x00]|\\.)*+\))*+\))*+))
    (?:\s++(?:"(?:[^"\\]|\\.)*+"|'(?:[^'\\]|\\.)*+'|\((?:[^()\\]|\\.)*+\)))?+\s*+\)""",
    re.VERBOSE,
)
REFERENCE = re.compile(r"\[[^\[\]]*+\]")
# A whole line `[label]: destination "title"`, also in a quote or a list. Without a `:/.#` in it, what follows is prose.
DEFINITION = re.compile(
    r"""[ \t>]*+(?:(?:[-+*]|[0-9]{1,9}[.)])[ \t>]++)*+
    \[(?!\^)(?:[^\[\]\\]|\\.)++\]:\s*+(?:<[^<>]*+>|[^\s:/.#]*+[:/.#]\S*+)
    (?:\s++(?:"[^"]*+"|'[^']*+'|\([^()]*+\)))?+\s*+""",
    re.VERBOSE,
)
LABEL_FIRST = re.compile(r"[\s>*+\-0-9.)~_]*+!?\[")

# HTML

AUTOLINK = re.compile(rf"<([A-Za-z][A-Za-z0-9+.-]{{1,31}}:[^\s<>\x00]*+|{_MAIL})>")
TAG = re.compile(
    r"""</?(?P<name>[A-Za-z][A-Za-z0-9-]*+)
    (?P<attributes>(?:[\s/]++[^<>"'=\s/]++(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s"'=<>`]++))?+)*+)[\s/]*+>""",
    re.VERBOSE,
)
# A tag that goes on on the next line: nothing but its name, or attributes.
UNCLOSED = re.compile(r"</?(?P<name>[A-Za-z][A-Za-z0-9-]*+)(?:\s*+$|[\s/]++[^\s=<>\"']++\s*+=)")
DECLARATION = re.compile(r"<![A-Za-z][^<>]*+>")
_NAMES = """
a abbr acronym address animate applet area article aside audio b base basefont bdi bdo bgsound big
blink blockquote body br button canvas caption center cite code col colgroup command content data
datalist dd del details dfn dialog dir div dl dt element em embed fieldset figcaption figure font
footer foreignobject form frame frameset g h1 h2 h3 h4 h5 h6 head header hr html i iframe image img
input ins isindex kbd keygen label legend li link listing main map mark marquee math menu menuitem
meta meter nav nobr noembed noframes noscript object ol optgroup option output p param path picture
plaintext portal pre progress q rb rp rt rtc ruby s samp script section select shadow slot small
source spacer span strike strong style sub summary sup svg table tbody td template textarea tfoot th
thead time title tr track tt u ul use var video wbr xmp
"""
ELEMENTS = frozenset(_NAMES.split())
# Which are names of types or of their parameters too: `List<p>`
LIKE_TYPES = frozenset(
    {*"abipqsug", "object", "data", "time", "map", "option", "input", "output", "set", "path", "code", "image"}
)
BREAKS = frozenset({"br", "p", "div", "li", "tr", "td", "th", "hr"})  # a blank in their place keeps words apart

# What is active in prose that is put together again. A lone backslash would take the first backtick of a code span.
ACTIVE = re.compile(rf"\\{_PUNCTUATION}|\\(?=\x00)|!\[|\[+|\]\(|\]:|<(?=[A-Za-z/!?])")

# Terminals

TERMINAL_STRING = re.compile(r"(?:\x1b[\]PX^_]|[\x90\x98\x9d\x9e\x9f])[^\x07\x1b\x9c]*+(?:\x07|\x1b\\|\x9c)")
TERMINAL = re.compile(r"(?:\x1b\[|\x9b)[0-?]*+[ -/]*+[@-~]|\x1b[ -/]*+[0-~]")
CONTROL = re.compile(r"[\x00-\x08\x0a-\x1f\x7f-\x9f]")


def destination(link: re.Match[str]) -> str:
    """Where a link leads, "" when that is not to the web."""
    raw = link["angle"] if link["angle"] is not None else link["bare"]
    url = html.unescape(ESCAPE.sub(r"\1", raw)).strip()
    return url if url.lower().startswith(("http://", "https://")) else ""


def as_code(url: str) -> str:
    """An address that can stand between backticks, in a table too."""
    url = re.sub(r"[\s\x00-\x1f\x7f-\x9f]+", "%20", MARK.sub("", url))
    return url.replace("`", "%60").replace("|", "%7C")


def trimmed(url: str) -> str:
    """Without the punctuation that follows it in a sentence."""
    url = url.rstrip(".,;:!?'*_~")
    surplus = url.count(")") - url.count("(")
    if surplus > 0:
        closing = len(url) - len(url.rstrip(")"))
        url = url[: len(url) - min(surplus, closing)].rstrip(".,;:!?'*_~")
    return url
