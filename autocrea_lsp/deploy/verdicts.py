"""Whether a request that failed is sent once more, and what it comes to if not."""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus

from autocrea_lsp.access.periods import in_words
from autocrea_lsp.deploy import answers, retry
from autocrea_lsp.deploy.answers import Answer, Explain
from autocrea_lsp.deploy.errors import DeployError, HostBusy, HostRefused, HostUnavailable, OutcomeUnknown
from autocrea_lsp.deploy.faults import Fault
from autocrea_lsp.deploy.redacting import hide_in

_MAYBE = "What was asked for may have been done all the same."


@dataclass(frozen=True, slots=True, kw_only=True)
class Again:
    """It may be sent once more, after what the host asked for; `error` is what it comes to if that does not help."""

    error: DeployError
    asked_s: float | None = None


def lost(fault: Fault, *, repeatable: bool) -> Again:
    """No answer came, or half of one. Raises what is final."""
    if fault.sent and not repeatable:
        raise OutcomeUnknown(f"{fault.text}, after the request had been sent", hint=_MAYBE)
    error = HostUnavailable(fault.text, hint=fault.hint)
    if fault.lasting:
        raise error
    return Again(error=error)


def judge(answer: Answer, error: DeployError, *, repeatable: bool, now: float) -> Again:
    """An answer of 300 or above, which means `error`. Raises what is final.

    Repeated are 429, and where that is like doing it once also 5xx; not after a pause that is too long to be silent.
    """
    if isinstance(error, HostRefused):  # a provider may say so of any status
        raise error
    asked_s: float | None = None
    if isinstance(error, HostBusy):
        asked_s = retry.parse_retry_after(answer.headers, answer.fields(), now)
        if asked_s is None and error.retry_after_s > 0:
            asked_s = error.retry_after_s
        error.retry_after_s = asked_s or 0.0
    elif not answers.passes(answer.status):
        raise error
    elif not repeatable:
        raise OutcomeUnknown(f"{error}, after the request had been sent", hint=_MAYBE)
    elif answer.status == HTTPStatus.SERVICE_UNAVAILABLE:
        asked_s = retry.asked_pause_s(answer.headers, now)
    if asked_s is not None and asked_s > retry.LONGEST_PAUSE_S:
        raise HostBusy(str(error), hint=f"It wants to be asked again in {in_words(asked_s)}.", retry_after_s=asked_s)
    return Again(error=error, asked_s=asked_s)


def meaning(answer: Answer, explain: Explain | None, *, title: str, tokens: Iterable[str]) -> DeployError:
    """What the answer says, by the provider or by its status; with no secret in it."""
    error: DeployError | None = None
    if explain is not None and answer.status >= HTTPStatus.BAD_REQUEST:
        with suppress(HostUnavailable, OutcomeUnknown):  # it looked for data where there is a web page
            error = explain(answer)
    return hide_in(error or answers.general(answer, title), tokens)
