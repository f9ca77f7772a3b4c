"""Whether a hidden secret may come back: only in the file it was hidden in, and only where it stood.

The one who answers sees placeholders. A hostile file may have told it to put one into an address, a call, a comment;
what it writes around a placeholder is what the secret would be sent to. So the line that holds one must come back as
it was, blanks at its ends aside, or as the same literal under another plain name; in the same order; no more often;
and, where the line is a part of something larger (an argument, an entry), inside the same thing.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Collection, Mapping, Sequence

from autocrea_lsp.errors import UserError
from autocrea_lsp.text import body, split_lines

FORM = re.compile(r"⟦secret:[a-z-]{1,40}:[0-9]{1,9}⟧")
# What a model makes of one when it does not copy it exactly.
LOOSE = re.compile(
    r"⟦\s*secret|secret\s*:\s*[a-z-]{1,40}\s*:\s*[0-9]{1,9}\s*(?:⟧|\]\])|\[\[\s*secret\s*:", re.IGNORECASE
)

_TYPE = r"(?:[A-Z]\w*(?:<[\w, <>]*>)?(?:\[\])?|string|char|auto|bytes|object|dynamic)"
_LEAD = (
    r"(?:(?:export|const|let|var|final|static|public|private|protected|internal|readonly|local|set|val|declare|pub|mut|"
    r"define|ENV|ARG|-) +)*"
)
_LITERAL = (
    rf"[bBrRuU]{{0,2}}(?:\"\"\"[^\"]*{FORM.pattern}[^\"]*\"\"\"|\"[^\"]*{FORM.pattern}[^\"]*\"|'[^']*{FORM.pattern}[^']*'"
    rf"|`[^`]*{FORM.pattern}[^`]*`)"
)
_BARE = rf"[^\s\"'`(){{}}\[\],;#$]*{FORM.pattern}[^\s\"'`(){{}}\[\],;#$]*"
_SIMPLE = (
    rf"(?P<lead>{_LEAD})(?:{_TYPE} +)?(?P<target>[\"']?[A-Za-z_$@][\w.$-]*[\"']?)"
    r"(?P<type>\??: *[A-Za-z_&][\w<>\[\]., |&?]*?(?= *=))? *"
    rf"(?P<sign>:=|=>|=|:) *(?P<literal>{_LITERAL}|{_BARE})(?P<end>[;,]?) *(?P<comment>(?:#|//|--) .*)?"
)
_LONGEST_LINE = 2_000  # code points; longer ones come back unchanged or not at all
# What a new name must have in it that shares no word with the old one.
_CREDENTIAL = re.compile(r"secret|token|key|pass|pwd|auth|cred|private|cert|sign|dsn|database|db", re.IGNORECASE)
_WORDS = re.compile(r"[a-z]{3,}")
# What it may not have, where the old one had not: what is given to such a name is shown, fetched or run.
_SINK = re.compile(
    r"url|uri|href|src|location|host|endpoint|link|hook|redirect|cookie|header|html|query|path|action|origin|proxy|address|"
    r"server|domain|data|body|payload|title|name|message|text|content|log|value|exec|eval|command|cmd|script|shell|args|image|entrypoint",
    re.IGNORECASE,
)
_GOES_ON = re.compile(r"[(\[,\\+&|=.?]\s*\Z|\b(?:return|yield|await)\s*\Z")
_HOLDS_VALUES = re.compile(r"[\w\s:.<>\[\], \"'$|-]*[=:]\s*[{\[]|[{\[]")
_NESTED = re.compile(r"[\"']?[\w$.-]+[\"']?(?:\s*:\s*|=)[\[{(]+|[\[{(]+")
_ADDRESS = re.compile(r"[A-Za-z][A-Za-z0-9+.-]{0,30}://[^\s\"'`<>)]{0,500}")
_TEXT_ALONE = re.compile(rf"(?:[bBrRuU]{{0,2}}(?:\"[^\"]*\"|'[^']*'|`[^`]*`)|{FORM.pattern})[,;)\]}}]*")


class MisplacedSecret(UserError):
    """An answer puts a hidden secret somewhere else than where it stood."""

    def __init__(self) -> None:
        super().__init__(
            "The answer moves a secret; nothing was changed.",
            hint="Ask for a smaller change, or change the line with the secret by hand.",
        )


def put_back(before: str, after: str, secrets: Mapping[str, str], places: Mapping[str, Collection[str]]) -> str:
    """`after` with its placeholders replaced. Raises MisplacedSecret.

    `secrets`: what each placeholder stands for. `places`: for those of this file, the lines (without blanks at their
    ends) in which they stand for a secret; what is in no such line is the file's own text.
    """
    stray = len(LOOSE.findall(FORM.sub("", after)))
    if stray > len(LOOSE.findall(FORM.sub("", before))):
        raise MisplacedSecret
    if FORM.search(after) is None:
        return after
    old, new = split_lines(before), split_lines(after)
    candidates = [index for index, line in enumerate(old) if FORM.search(line)]
    filled = list(new)  # apart from `new`: what is around a line is compared as it was shown
    position = 0
    for index, line in enumerate(new):
        forms = FORM.findall(line)
        if not forms:
            continue
        # The first that fits is as good as any: those behind it stay free for the lines that follow.
        while position < len(candidates) and not _same_place(old, candidates[position], new, index):
            position += 1
        if position == len(candidates):
            raise MisplacedSecret
        _expect_known(body(old[candidates[position]]).strip(), forms, secrets, places)
        filled[index] = _filled(old[candidates[position]], line, secrets)
        position += 1
    return "".join(filled)


def _expect_known(
    line: str, forms: Sequence[str], secrets: Mapping[str, str], places: Mapping[str, Collection[str]]
) -> None:
    for form in forms:
        # The line may be cut where the text that was shown was.
        if form not in secrets or not any(line in place for place in places.get(form, ())):
            raise MisplacedSecret


def _filled(old: str, new: str, secrets: Mapping[str, str]) -> str:
    """The line with its secrets; one of several lines moves with the line's indentation."""
    was, now = _indent(old), _indent(new)

    def secret(match: re.Match[str]) -> str:
        text = secrets[match[0]]
        return text.replace("\n" + was, "\n" + now) if was and was != now else text

    return FORM.sub(secret, new)


def _same_place(old: Sequence[str], i: int, new: Sequence[str], j: int) -> bool:
    was, now = old[i].strip(), new[j].strip()
    simple = _simple(now)
    if was != now and not _is_renamed(_simple(was), simple):
        return False
    part = _is_part(now, simple)
    before, after = _previous(old, i), _previous(new, j)
    inside = _GOES_ON.search(after) is not None
    if not part and not inside:
        return True
    if before != after and ((part and simple is None) or (inside and _GOES_ON.search(before) is None)):
        return False
    holders = _holders(new, j)
    if before != after and after.endswith(("(", "[", "{")) and (not holders or new[holders[0]].strip() != after):
        return False  # opened right above, and the indentation says otherwise
    return _same_surroundings(old, _holders(old, i), new, holders)


def _same_surroundings(old: Sequence[str], was: Sequence[int], new: Sequence[str], now: Sequence[int]) -> bool:
    """Whether a part belongs to the same things as before, and they have no address in them that is new."""
    if len(was) != len(now):
        return False
    for i, j in zip(was, now, strict=True):
        before, after = old[i].strip(), new[j].strip()
        if before != after and not (_HOLDS_VALUES.fullmatch(before) and _HOLDS_VALUES.fullmatch(after)):
            return False
    return not now or _addresses(new, now[-1]) <= _addresses(old, was[-1])


def _simple(line: str) -> re.Match[str] | None:
    return _compiled().fullmatch(line) if len(line) <= _LONGEST_LINE else None


@functools.cache
def _compiled() -> re.Pattern[str]:
    """On first use: start-up has no time for it."""
    return re.compile(_SIMPLE)


def _is_renamed(was: re.Match[str] | None, now: re.Match[str] | None) -> bool:
    """Whether both give the same literal to a plain name."""
    if was is None or now is None or _unquoted(was["literal"]) != _unquoted(now["literal"]):
        return False
    statement = {"=", ":="}
    if was["sign"] != now["sign"] and not {was["sign"], now["sign"]} <= statement:
        return False
    if now["sign"] in statement and (was["end"] == ",") != (now["end"] == ","):  # an argument is no statement
        return False
    comment = now["comment"] or ""
    if comment != (was["comment"] or "") and ("://" in comment or FORM.search(comment)):
        return False
    target, before = now["target"].strip("\"'"), was["target"].strip("\"'")
    if target == before:
        return True
    plain = target.removeprefix("self.").removeprefix("this.")
    if "." in plain and plain.rpartition(".")[0] != before.rpartition(".")[0]:
        return False
    if _SINK.search(target) and not _SINK.search(before):
        return False
    words, old_words = (set(_WORDS.findall(each.lower())) for each in (target, before))
    return _CREDENTIAL.search(target) is not None or not words.isdisjoint(old_words)


def _unquoted(literal: str) -> str:
    """The literal with one kind of quotes, where they make no difference."""
    if literal[0] in "\"'" and not literal.startswith('"""') and not re.search(r"[\"'\\]", literal[1:-1]):
        return f'"{literal[1:-1]}"'
    return literal


def _is_part(line: str, simple: re.Match[str] | None) -> bool:
    """Whether the line is an entry or a piece of something that begins above it."""
    if simple is not None:
        return simple["end"] == "," or simple["sign"] in (":", "=>")
    if _TEXT_ALONE.fullmatch(line):
        return True
    without = FORM.sub("", line)
    opened, closed = (sum(map(without.count, signs)) for signs in ("([{", ")]}"))
    return opened != closed or any(without.count(quote) % 2 for quote in "\"'`") or line.endswith((",", "\\"))


def _previous(lines: Sequence[str], index: int) -> str:
    """The line above that is not blank."""
    return next((text for place in range(index - 1, -1, -1) if (text := lines[place].strip())), "")


def _holders(lines: Sequence[str], index: int) -> list[int]:
    """The line above that is less indented, what an entry belongs to; and what that belongs to, if it is an entry."""
    holders: list[int] = []
    while True:
        depth = _depth(lines[index])
        above = (place for place in range(index - 1, -1, -1) if lines[place].strip() and _depth(lines[place]) < depth)
        holder = next(above, None)
        if holder is None:
            return holders
        holders.append(holder)
        if not _NESTED.fullmatch(lines[holder].strip()):
            return holders
        index = holder


def _addresses(lines: Sequence[str], top: int) -> set[str]:
    """The addresses in the lines from `top` to the next one that is not deeper."""
    depth = _depth(lines[top])
    found: set[str] = set()
    for place in range(top, len(lines)):
        if place > top and lines[place].strip() and _depth(lines[place]) <= depth:
            break
        found.update(_ADDRESS.findall(lines[place]))
    return found


def _depth(line: str) -> int:
    return len(_indent(line).expandtabs(8))


def _indent(line: str) -> str:
    return line[: len(line) - len(line.lstrip())]
