"""Code by description: at the caret, or as a new file."""

from __future__ import annotations

import re
import uuid
from dataclasses import dataclass

from autocrea_lsp.ai.base import ChatPrompt, Message
from autocrea_lsp.assist import call, hunks, prompts
from autocrea_lsp.assist.call import OnText, Took
from autocrea_lsp.assist.checking import Candidate, Verdict, check
from autocrea_lsp.assist.desk import Desk, excerpt, shown, written
from autocrea_lsp.assist.invisible import introduced
from autocrea_lsp.assist.markdown import sanitize
from autocrea_lsp.assist.newfile import place_new
from autocrea_lsp.assist.source import Changed, Source, own_ends
from autocrea_lsp.assist.workspace import Workspace
from autocrea_lsp.errors import UnusableAnswer, UserError
from autocrea_lsp.text import sound, split_lines
from autocrea_lsp.workspace.key_blocks import key_around
from autocrea_lsp.workspace.redact import Redaction

MAX_OUTPUT_TOKENS = 16_000
AROUND = 200  # lines shown before and after the caret
HERE = "⟪the code goes here⟫"
SHORT = 200  # characters of a language, a framework, a path

_PATH = re.compile(r"<path>\s*(.{1,1000}?)\s*</path>", re.DOTALL)
_CODE = re.compile(r"<code>[ \t]*\n?(.*?)\n?[ \t]*</code>", re.DOTALL)
_EXPLANATION = re.compile(r"<explanation>(.*?)(?:</explanation>|\Z)", re.DOTALL)
_FENCE = re.compile(r"\A```[\w+-]*[ \t]*\n(.*?)\n?```\s*\Z", re.DOTALL)
_ANY_FENCE = re.compile(r"```[\w+-]*[ \t]*\n(.*?)\n```", re.DOTALL)
_OPEN, _CLOSE = "<code>", "</code>"


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """`source` and `line`: before that line of the document. Else a new file, at `path` or where the model says."""

    prompt: str
    language: str = ""
    framework: str = ""
    context: str = ""
    source: Source | None = None
    line: int = 0
    path: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Generated:
    code: str
    explanation: str  # Markdown, safe to show
    changed: Changed
    verdict: Verdict
    took: Took


async def prepare(desk: Desk, request: Request) -> tuple[ChatPrompt, Redaction]:
    """The prompt. Sends nothing. Raises UserError for what may not be asked."""
    redaction = desk.redaction()
    wish = redaction.hide(written(request.prompt, "The description"))
    parts: list[str] = []
    for name, value in (("language", request.language), ("framework", request.framework), ("path", request.path)):
        if len(value) > SHORT or not value.isprintable():
            raise UserError(f"The {name} is not one.", hint=f"At most {SHORT} printable characters.")
        if value:
            parts.append(f"{name.capitalize()}: {value}")
    if request.context.strip():
        text = shown(redaction, written(request.context, "The context"))
        parts.append(f"<context>\n{text}\n</context>")
    if request.source is not None:
        source = request.source
        desk.may_send(source)
        if key_around(source.lines, request.line):
            raise UserError("That place is inside a private key.", hint="Nothing was sent.")
        above = excerpt(redaction, source, request.line - AROUND, request.line)
        below = excerpt(redaction, source, request.line, request.line + AROUND)
        parts.append(prompts.document(source.name, source.language, f"{above}{HERE}\n{below}"))
        parts.append("Write code for the marked place, indented as it must stand there. No <path>.")
    elif not desk.workspace().folders:
        raise UserError("There is no workspace folder to make a file in.", hint="Open the project's folder.")
    else:
        parts.append("Write one new file.")
    parts.append(f"What is wanted: {wish}")
    prompt = ChatPrompt(
        stable=prompts.generate_rules(desk.workspace().locale),
        messages=(Message(role="user", text=sound("\n\n".join(parts))),),
        kind="generate",
        max_output_tokens=MAX_OUTPUT_TOKENS,
        request_id=uuid.uuid4().hex,
        detail="generate",
    )
    return prompt, redaction


async def generate(desk: Desk, request: Request, on_text: OnText | None = None) -> Generated:
    """The code, checked to parse. `on_text` gets the code in pieces as it comes."""
    prompt, redaction = await prepare(desk, request)
    if request.path:
        place_new(desk.workspace(), request.path, "")  # before anything is sent
    backend = await desk.who("generate")
    await desk.admit(backend, prompt)
    inside = _Inside()
    answer = await call.ask(backend, prompt, lambda text: _tell(on_text, inside.feed(text)))
    code, explanation, path = _read(answer.text)
    if redaction.has_placeholder(code):
        raise UnusableAnswer("The code holds a secret's placeholder.", hint="Nothing was changed. Ask in other words.")
    if introduced("", code):
        raise UnusableAnswer("The code holds invisible or direction-changing characters.", hint="Nothing was changed.")
    changed = _place(desk.workspace(), request, code, path)
    verdict = await _judge(desk, changed)
    return Generated(code=code, explanation=sanitize(explanation), changed=changed, verdict=verdict, took=answer.took)


def _read(text: str) -> tuple[str, str, str]:
    """Code, explanation, path. An answer of one fence, or with one, is code too: models forget the tags."""
    tagged = _CODE.search(text)
    code = tagged[1] if tagged else text
    if fenced := _FENCE.match(code.strip()) or (None if tagged else _ANY_FENCE.search(text)):
        code = fenced[1]
    elif tagged is None:
        raise UnusableAnswer("JoxCoder's answer holds no code.", hint="Ask once more.")
    if not code.strip():
        raise UnusableAnswer("JoxCoder's answer holds no code.", hint="Ask once more.")
    explained, path = _EXPLANATION.search(text), _PATH.search(text)
    return code.rstrip() + "\n", explained[1].strip() if explained else "", path[1] if path else ""


def _place(workspace: Workspace, request: Request, code: str, path: str) -> Changed:
    if request.source is None:
        if not (wanted := request.path or path):
            raise UnusableAnswer("JoxCoder did not say where the file goes.", hint="Name a path.")
        try:
            return place_new(workspace, wanted, code)
        except UnusableAnswer as error:
            raise UnusableAnswer(f"{error}.", hint="Nothing was changed. Name another path.") from None
    source = request.source
    line = min(request.line, len(source.lines))
    new = tuple(split_lines(own_ends(source, code)))
    after = hunks.apply(source.lines, [hunks.Hunk(start=line, end=line, new=new)])
    return Changed(source=source, lines=tuple(after))


async def _judge(desk: Desk, changed: Changed) -> Verdict:
    workspace, settings = desk.workspace(), desk.settings()
    candidate = Candidate(
        language=changed.source.language,
        file_name=changed.source.name.rsplit("/", 1)[-1],
        before=changed.source.text,
        after="".join(changed.lines),
        diagnostics=(),
        trusted=workspace.trusted,
        folders=tuple(workspace.folders),
    )
    return await check(candidate, timeout_s=settings.fix.check_timeout, level=settings.sandbox.level)


def _tell(on_text: OnText | None, text: str) -> None:
    if on_text is not None and text:
        on_text(text)


class _Inside:
    """Lets through what stands inside `<code>`, as it comes; a tag may be cut anywhere."""

    def __init__(self) -> None:
        self._held = ""
        self._open = self._done = False

    def feed(self, text: str) -> str:
        if self._done:
            return ""
        self._held += text
        if not self._open:
            at = self._held.find(_OPEN)
            if at < 0:
                self._held = self._held[-len(_OPEN) :]
                return ""
            if len(self._held) <= at + len(_OPEN):
                return ""  # the line end that belongs to the tag may come next
            self._open = True
            self._held = self._held[at + len(_OPEN) :].removeprefix("\n")
        end = self._held.find(_CLOSE)
        if end >= 0:
            self._done = True
            return self._held[:end]
        safe = max(0, len(self._held) - len(_CLOSE))
        out, self._held = self._held[:safe], self._held[safe:]
        return out
