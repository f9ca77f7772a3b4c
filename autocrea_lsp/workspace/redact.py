"""Finds credentials in text by the shapes their vendors give them, for logs and for what is sent to a model.

Clean text costs one search for literal beginnings; only then do the patterns run. All patterns are anchored on a
literal and bounded, so that no input makes them slow. What has no vendor's shape is not found: this is a net, not a
wall; files that are sensitive by name are never sent at all (`workspace.sensitive`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable

PLACEHOLDER = "[secret]"

_LITERALS = re.compile(
    r"sk-|AKIA|ASIA|gh[pousr]_|github_pat_|glpat-|xox[abprs]-|AIza|eyJ|-----BEGIN|npm_|pypi-|dop_v1_|sk_live_|sk_test_|"
    r"rk_live_|SG\.|hf_|nfp_|://|authorization|api[_-]?key|secret|token|passw",
    re.IGNORECASE,
)

# Each pattern: what it matches is replaced, or only its group `secret` where it has one.
_PATTERNS: tuple[re.Pattern[str], ...] = tuple(
    re.compile(source)
    for source in (
        r"\bsk-(?:ant-|proj-|or-)?[A-Za-z0-9_-]{16,200}",  # Anthropic, OpenAI, OpenRouter
        r"\b(?:AKIA|ASIA)[A-Z0-9]{16}\b",  # AWS access key id
        r"\bgh[pousr]_[A-Za-z0-9]{20,255}",  # GitHub
        r"\bgithub_pat_[A-Za-z0-9_]{20,255}",
        r"\bglpat-[A-Za-z0-9_-]{16,64}",  # GitLab
        r"\bxox[abprs]-[A-Za-z0-9-]{10,250}",  # Slack
        r"\bAIza[A-Za-z0-9_-]{30,60}",  # Google
        r"\beyJ[A-Za-z0-9_-]{8,2000}\.[A-Za-z0-9_-]{8,4000}\.[A-Za-z0-9_-]{8,1000}",  # JWT
        r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[A-Za-z0-9+/=\s]{0,10000}(?:-----END [A-Z ]{0,30}PRIVATE KEY-----)?",
        r"\bnpm_[A-Za-z0-9]{30,60}",
        r"\bpypi-[A-Za-z0-9_-]{30,250}",
        r"\bdop_v1_[a-f0-9]{32,80}",  # DigitalOcean
        r"\b[rs]k_(?:live|test)_[A-Za-z0-9]{10,120}",  # Stripe, Clerk
        r"\bSG\.[A-Za-z0-9_-]{16,40}\.[A-Za-z0-9_-]{16,60}",  # SendGrid
        r"\bhf_[A-Za-z0-9]{30,60}",  # Hugging Face
        r"\bnfp_[A-Za-z0-9]{30,60}",  # Netlify
        r"://[^\s/:@'\"]{1,100}:(?P<secret>[^\s/@'\"]{1,200})@",  # user:password in a URL
        r"(?i)\bauthorization['\"]?\s{0,3}[:=]\s{0,3}['\"]?(?:bearer|basic|token)\s{1,3}(?P<secret>[A-Za-z0-9._~+/=-]{8,4000})",
        (
            r"(?i)\b[a-z0-9_-]{0,40}(?:api[_-]?key|secret|token|passw(?:or)?d)['\"]?\s{0,3}[:=]\s{0,3}"
            r"(?P<quote>['\"])(?P<secret>[^\s'\"]{8,500})(?P=quote)"
        ),
    )
)


def redact(text: str, known: Iterable[str] = ()) -> str:
    """The text with every credential replaced by a placeholder; `known` are secrets to replace wherever they stand."""
    for secret in known:
        if len(secret) >= 8:
            text = text.replace(secret, PLACEHOLDER)
    if _LITERALS.search(text) is None:
        return text
    for pattern in _PATTERNS:
        text = pattern.sub(_replace, text)
    return text


def _replace(match: re.Match[str]) -> str:
    if "secret" not in match.re.groupindex:
        return PLACEHOLDER
    start, end = match.span("secret")
    whole = match.start()
    return match[0][: start - whole] + PLACEHOLDER + match[0][end - whole :]
