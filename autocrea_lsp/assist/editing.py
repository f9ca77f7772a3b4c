"""An edit from a question to a checked draft: what is shown, what is asked, what may come back, and who agrees.

The model sees text with placeholders for secrets; its edits are put into that text, and then the secrets return to the
places where they stood. What changes anything else than asked is told to the model once more, and then refused.
"""

from __future__ import annotations

import logging
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from autocrea_lsp.ai.base import ChatPrompt, Message
from autocrea_lsp.assist import call, edits, hunks, prompts
from autocrea_lsp.assist.call import Took
from autocrea_lsp.assist.checking import Candidate, Verdict, check
from autocrea_lsp.assist.desk import Desk, excerpt, written
from autocrea_lsp.assist.diagnostic import Diagnostic
from autocrea_lsp.assist.goal import FIXES, MAKES_FILES, Goal, kind_of
from autocrea_lsp.assist.invisible import introduced, strip_for_model
from autocrea_lsp.assist.markdown import plain, sanitize
from autocrea_lsp.assist.newfile import place_new, quoted
from autocrea_lsp.assist.scope import Scope, scope
from autocrea_lsp.assist.source import Changed, Source, own_ends, plain_ends
from autocrea_lsp.errors import UnusableAnswer, UserError
from autocrea_lsp.text import Span, sound, split_lines
from autocrea_lsp.workspace.redact import MisplacedSecret, Redaction

log = logging.getLogger(__name__)

MAX_SHOWN = 60_000  # characters of a document: about 20,000 tokens; of a longer one a window is shown
MAX_IMPORTS = 200  # lines of imports that go before a window
MAX_OTHERS = 20  # other files in one act
MAX_OUTPUT_TOKENS = 16_000
TRIES = 2  # the first, and one more with what was wrong with it


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """`selected` is the user's selection, or empty at the caret. `others` may be shown and changed too."""

    source: Source
    goal: Goal
    selected: Span
    instruction: str = ""
    diagnostics: tuple[Diagnostic, ...] = ()
    others: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """An edit nobody has accepted yet. `explanation` is Markdown, safe to show."""

    request: Request
    files: tuple[Changed, ...]
    explanation: str
    verdict: Verdict
    took: Took

    @property
    def needs_consent(self) -> bool:
        """Whether the user has to look at it first: all but a fix of the one file that a checker agreed with."""
        plain = self.request.goal in FIXES and len(self.files) == 1 and not self.files[0].is_new
        return not (plain and self.verdict.status == "passed")


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What will be sent, and what is needed to read the answer. `hidden` holds each document's text as it is shown."""

    prompt: ChatPrompt
    scope: Scope
    redaction: Redaction
    hidden: dict[str, str] = field(repr=False)  # by the name the model knows


async def prepare(desk: Desk, request: Request) -> Prepared:
    """The prompt. Sends nothing. Raises UserError for what may not or cannot be asked."""
    source = request.source
    if request.goal == "refactor":
        written(request.instruction, "The instruction")
    if request.goal in FIXES and not request.diagnostics:
        raise UserError("There is no problem here to fix.", hint="Put the cursor on a diagnostic.")
    for each in (source, *request.others):
        desk.may_send(each)
    tree = await desk.trees.get(source.uri, source.version or 0, source.language, source.lines)
    where = scope(source, tree, request.goal, request.selected, request.diagnostics)
    redaction = desk.redaction()
    documents = (source, *request.others[:MAX_OTHERS])
    hidden = {each.name: redaction.hide(plain_ends(each), file=each.uri) for each in documents}
    parts = [_shown(source, where, hidden[source.name], redaction)]
    parts += [prompts.document(each.name, each.language, _fit(hidden[each.name])) for each in documents[1:]]
    parts += _task(request, where, redaction)
    prompt = ChatPrompt(
        stable=prompts.edit_rules(desk.workspace().locale),
        messages=(Message(role="user", text=sound("\n\n".join(parts))),),
        kind=kind_of(request.goal),
        schema=edits.SCHEMA,
        max_output_tokens=MAX_OUTPUT_TOKENS,
        detail=request.goal,
    )
    return Prepared(prompt=prompt, scope=where, redaction=redaction, hidden=hidden)


async def propose(desk: Desk, request: Request) -> Draft:
    """Ask, read, check; once more with the complaint. Raises UnusableAnswer when no try can be used at all."""
    prepared = await prepare(desk, request)
    backend = await desk.who(prepared.prompt.kind)
    await desk.admit(backend, prepared.prompt)
    prompt, took = prepared.prompt, Took()
    draft: Draft | None = None
    for attempt in range(TRIES):
        prompt = replace(prompt, request_id=uuid.uuid4().hex)
        if attempt:
            await desk.afford(backend, prompt)
        answer = await call.ask(backend, prompt)
        took += answer.took
        try:
            explanation, files = _files(desk, request, prepared, answer.text)
            verdict = await _judge(desk, request, files)
            draft = Draft(request=request, files=files, explanation=explanation, verdict=verdict, took=took)
            complaint = verdict.complaint if verdict.status == "failed" else ""
        except (UnusableAnswer, MisplacedSecret) as error:
            complaint = str(error)
            if attempt == TRIES - 1 and draft is None:
                raise UnusableAnswer(
                    f"JoxCoder's answer cannot be used: {plain(complaint).rstrip('.')}.",
                    hint="Nothing was changed. Ask in other words.",
                ) from None
        if not complaint:
            break
        log.info("%s: an answer was sent back", request.goal)
        said = Message(role="assistant", text=answer.text)
        told = Message(role="user", text=prompts.again(prepared.redaction.hide(complaint)))
        prompt = replace(prompt, messages=(*prepared.prompt.messages, said, told))
    assert draft is not None
    return replace(draft, took=took)


def _files(desk: Desk, request: Request, prepared: Prepared, text: str) -> tuple[str, tuple[Changed, ...]]:
    """The answer's explanation, and the files with its edits. Raises UnusableAnswer or MisplacedSecret."""
    found = edits.read(text)
    if not found.edits:
        reason = sanitize(found.explanation) or "it gave no reason"
        raise UnusableAnswer(f"no edit was made: {reason}")
    known = {each.name: each for each in (request.source, *request.others[:MAX_OTHERS])}
    shown = dict(prepared.hidden)
    fresh: dict[str, Changed] = {}
    main = prepared.scope.main
    for edit in found.edits:
        name = _name(edit.path, known) if edit.old is not None else request.source.name
        if name is None:
            if (edit.old or "").strip() or request.goal not in MAKES_FILES or edit.path in fresh:
                raise UnusableAnswer(f"{quoted(edit.path)} is not a document that was given")
            fresh[edit.path] = _new_file(desk, request, prepared, edit)
            continue
        own = name == request.source.name
        first, last = (main.first, main.last) if own else (0, len(known[name].lines))
        shown[name] = edits.put(shown[name], edit, first=first, last=last)
    changed = [
        _restored(known[name], prepared, name, after) for name, after in shown.items() if after != prepared.hidden[name]
    ]
    for each in changed:
        if each.source is request.source:
            old = request.source.lines
            if complaint := prepared.scope.complaint(old, hunks.between(old, each.lines)):
                raise UnusableAnswer(complaint)
    if not changed and not fresh:
        raise UnusableAnswer("the edits change nothing")
    return sanitize(found.explanation), (*changed, *fresh.values())


def _restored(source: Source, prepared: Prepared, name: str, after: str) -> Changed:
    real = own_ends(source, prepared.redaction.restore(prepared.hidden[name], after, file=source.uri))
    if introduced(source.text, real):
        raise UnusableAnswer("it brings in invisible or direction-changing characters")
    return Changed(source=source, lines=tuple(split_lines(real)))


def _new_file(desk: Desk, request: Request, prepared: Prepared, edit: edits.Edit) -> Changed:
    if prepared.redaction.has_placeholder(edit.new):
        raise UnusableAnswer("a new file may not hold a secret's placeholder")
    if introduced("", edit.new):
        raise UnusableAnswer("it brings in invisible or direction-changing characters")
    return place_new(desk.workspace(), edit.path, edit.new, beside=request.source)


async def _judge(desk: Desk, request: Request, files: Sequence[Changed]) -> Verdict:
    """The worst verdict over the files; problems are the source's own."""
    workspace, settings = desk.workspace(), desk.settings()
    verdicts = []
    for each in files:
        own = each.source is request.source
        candidate = Candidate(
            language=each.source.language,
            file_name=each.source.name.rsplit("/", 1)[-1],
            before=each.source.text,
            after="".join(each.lines),
            diagnostics=request.diagnostics if own and request.goal in FIXES else (),
            trusted=workspace.trusted,
            folders=tuple(workspace.folders),
        )
        verdicts.append(await check(candidate, timeout_s=settings.fix.check_timeout, level=settings.sandbox.level))
    order = {"failed": 0, "unchecked": 1, "passed": 2}
    return min(verdicts, key=lambda verdict: order[verdict.status])


def _name(path: str, known: dict[str, Source]) -> str | None:
    """The document that the model means: by its name as given, or by a base name that only one has."""
    if path in known:
        return path
    bare = path.removeprefix("./")
    same = [name for name in known if name == bare or name.rsplit("/", 1)[-1] == bare]
    return same[0] if len(same) == 1 else None


def _task(request: Request, where: Scope, redaction: Redaction) -> list[str]:
    """What is asked: the lines, the problems, the job, and the developer's own words."""
    source, main = request.source, where.main
    parts: list[str] = []
    if request.goal == "tests":
        parts.append(f"The lines are {main.first + 1} to {main.last} of {source.name}.")
    elif request.goal != "fixAll":
        text = excerpt(redaction, source, main.first, main.last)
        parts.append(prompts.lines(main.first, main.last, _fit(text)))
    if request.diagnostics:
        parts.append(redaction.hide(prompts.diagnostics(request.diagnostics)))
    parts.append(prompts.TASKS[request.goal])
    if request.instruction.strip():
        parts.append(f"The developer asks: {redaction.hide(written(request.instruction, 'The instruction'))}")
    return parts


def _shown(source: Source, where: Scope, hidden: str, redaction: Redaction) -> str:
    """The document, or of a large one its imports and a window around the lines asked about."""
    if len(hidden) <= MAX_SHOWN:
        return prompts.document(source.name, source.language, strip_for_model(hidden))
    main = where.main
    first, last = main.first, min(main.last, len(source.lines))
    size = sum(map(len, source.lines[first:last]))
    while size < MAX_SHOWN and (first > 0 or last < len(source.lines)):
        if first > 0:
            first -= 1
            size += len(source.lines[first])
        if last < len(source.lines):
            size += len(source.lines[last])
            last += 1
    top = min(where.imports.last, MAX_IMPORTS) if where.imports.last <= first else 0
    parts = [excerpt(redaction, source, 0, top), excerpt(redaction, source, first, last)]
    return "\n".join(prompts.document(source.name, source.language, _fit(part)) for part in parts if part)


def _fit(text: str) -> str:
    """Cut at a line's end to what is shown of one document."""
    if len(text) <= MAX_SHOWN:
        return text
    return text[: text.rfind("\n", 0, MAX_SHOWN) + 1 or MAX_SHOWN]
