"""Credentials out of text: for good, in logs and in the store; and for the time of a conversation, in prompts.

What is found: some sixty shapes of vendors (`secret_shapes`), and values that a name, an address or a header makes
credentials (`secret_names`). This is a net, not a wall; files that are sensitive by name are never sent at all
(`workspace.sensitive`). The time it takes is linear in the text; clean text costs well below 1 ms per 50 KB.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence

from autocrea_lsp.text import split_lines
from autocrea_lsp.workspace.secret_places import FORM, LOOSE, MisplacedSecret, put_back

__all__ = ["PLACEHOLDER", "MisplacedSecret", "Redaction", "has_placeholder", "redact"]

PLACEHOLDER = "[secret]"

_SHORTEST = 8  # of a secret that is hidden wherever it stands: below that it may be a word
_MOST_PASSES = 10
_OWN_TEXT = "text"  # the family of what only looks like a placeholder
_MARK = "⟦secret:"

_Found = tuple[int, int, str]


def redact(text: str, known: Iterable[str] = ()) -> str:
    """The text with every credential replaced by a placeholder; `known` are secrets to replace wherever they stand."""
    pieces: list[str] = []
    end = 0
    for start, stop, _ in _find(text, known):
        pieces += text[end:start], PLACEHOLDER
        end = stop
    return "".join((*pieces, text[end:]))


def has_placeholder(text: str) -> bool:
    """Whether the text has a placeholder in it, or what a model made of one: such text is shown, and never written."""
    return LOOSE.search(text) is not None


class Redaction:
    """The secrets of one conversation. One secret has one placeholder, in whatever text it is hidden.

    Hide whole documents and cut afterwards: half a secret has no shape. Everything that is sent is hidden, but only
    what was hidden with a `file` can be restored, by `restore`, in that file.
    """

    def __init__(self, known: Iterable[str] = ()) -> None:
        """`known`: credentials in memory, hidden wherever they stand."""
        self._known = tuple(known)
        self._placeholders: dict[str, str] = {}  # by secret
        self._secrets: dict[str, str] = {}  # by placeholder
        self._places: dict[str, dict[str, set[str]]] = {}  # by file and placeholder: lines it stands in
        self._learned: dict[str, None] = {}  # in order; once found, a secret is hidden wherever it stands
        self._numbers: dict[str, int] = {}  # by family

    @property
    def count(self) -> int:
        """How many secrets were hidden so far."""
        return len(self._learned)

    def hide(self, text: str, *, file: str = "") -> str:
        """The text with a placeholder for each secret. `file` (its URI) says where they may be restored."""
        placed: set[str] = set()
        # A placeholder is an end and a beginning for what stands beside it: once more, until nothing changes.
        for _ in range(_MOST_PASSES):
            hidden = self._hide_once(text, file, placed)
            if hidden == text:
                break
            text = hidden
        if placed:
            self._remember(text, placed, file)
        return text

    def restore(self, before: str, after: str, *, file: str) -> str:
        """The real new text of that file. Raises MisplacedSecret when a secret would not stay where it was.

        `before` is hidden text of the file as it was shown, `after` what the model made of it. A line with a secret
        may go; it may not be changed (but for its indentation and the name that the literal is given to), copied,
        put in another order or into something else. No placeholder is left in the answer.
        """
        return put_back(before, after, self._secrets, self._places.get(file, {}))

    def has_placeholder(self, text: str) -> bool:
        """`has_placeholder`, where one has the object at hand."""
        return has_placeholder(text)

    def _hide_once(self, text: str, file: str, placed: set[str]) -> str:
        """`placed`: the placeholders put in so far, to which it adds its own."""
        forms = list(FORM.finditer(text)) if _MARK in text else []
        taken = {form[0] for form in forms}
        ours = {form for form in taken if form in placed or self._is_ours(form, text, file)}
        found = [(*form.span(), "" if form[0] in ours else _OWN_TEXT) for form in forms]
        clear = _outside([form.span() for form in forms])
        found += [each for each in _find(text, (*self._known, *self._learned)) if clear(each)]
        pieces: list[str] = []
        end = 0
        for start, stop, family in sorted(found):
            if not family:
                continue
            placeholder = self._placeholder(text[start:stop], family, taken)
            placed.add(placeholder)
            pieces += text[end:start], placeholder
            end = stop
        return "".join((*pieces, text[end:]))

    def _is_ours(self, form: str, text: str, file: str) -> bool:
        """Whether it stands for a secret, in a text that was hidden before; else it is the text's own."""
        if form not in self._secrets:
            return False
        return not file or (form in self._places.get(file, {}) and self._secrets[form] not in text)

    def _placeholder(self, secret: str, family: str, taken: set[str]) -> str:
        known = self._placeholders.get(secret)
        if known is not None and (known not in taken or family == _OWN_TEXT):
            return known
        form = ""
        while not form or form in taken or form in self._secrets or form in self._placeholders:
            number = self._numbers[family] = self._numbers.get(family, 0) + 1
            form = f"{_MARK}{family}:{number}⟧"
        self._placeholders[secret] = form
        self._secrets[form] = secret
        if family != _OWN_TEXT:
            self._learned[secret] = None
        return form

    def _remember(self, hidden: str, placed: set[str], file: str) -> None:
        places = self._places.setdefault(file, {})
        for line in split_lines(hidden):
            if _MARK in line:
                for form in placed.intersection(FORM.findall(line)):
                    places.setdefault(form, set()).add(line.strip())


def _outside(spans: Sequence[tuple[int, int]]) -> Callable[[_Found], bool]:
    """Whether something overlaps with none of those spans, which are in order."""
    ends = [end for _, end in spans]

    def clear(found: _Found) -> bool:
        index = bisect_right(ends, found[0])
        return index == len(spans) or spans[index][0] >= found[1]

    return clear


def _find(text: str, known: Iterable[str]) -> list[_Found]:
    """All secrets in the text, in order, those that overlap made one. What has a vendor's shape has its name."""
    from autocrea_lsp.workspace import secret_names, secret_shapes  # start-up has no time for their patterns

    found: list[tuple[int, int, int, str]] = []  # start, end, rank, family
    for secret in known:
        if len(secret) >= _SHORTEST:
            spans = secret_shapes.positions(text, secret)
            found += [(start, start + len(secret), 0, "known") for start in spans]
    found += [(start, end, 1, family) for start, end, family in secret_shapes.find(text)]
    found += [(start, end, 2, family) for start, end, family in secret_names.find(text)]
    merged: list[tuple[int, int, int, str]] = []
    for start, end, rank, family in sorted(found):
        if merged and start < merged[-1][1]:
            first, last, best, name = merged[-1]
            merged[-1] = (first, max(last, end), min(best, rank), name if best <= rank else family)
        else:
            merged.append((start, end, rank, family))
    return [(start, end, family) for start, end, _, family in merged]
