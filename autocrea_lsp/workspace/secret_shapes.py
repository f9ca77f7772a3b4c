"""The shapes that vendors give their credentials, and how to find them in a text in time linear in its length.

Nearly every one is a prefix and then sixteen or more letters, digits, `_` or `-` in a row. Clean text has few such
runs: they are found by translating the text to a mask and looking for sixteen marks in it, which costs a tenth of
what any regular expression does. Only in them are prefixes searched, and only behind a prefix the whole pattern.
"""

from __future__ import annotations

import functools
import re
import string
from collections.abc import Iterator

Found = tuple[int, int, str]  # start, end, family

_WORD = (string.ascii_letters + string.digits + "_-").encode()
_MASK = bytes(1 if code in _WORD else 0 for code in range(256))
_SHORTEST_RUN = 16
_RUN = b"\1" * _SHORTEST_RUN
_BEFORE_RUN = 12  # a prefix may end before the run begins: "SG.", "123456789:"

# Family, prefix, what follows. The prefix must not follow a letter or a digit. Everything is bounded.
_SHAPES: tuple[tuple[str, str, str], ...] = (
    ("anthropic", r"sk-ant-", r"[A-Za-z0-9_-]{16,250}"),
    ("openrouter", r"sk-or-", r"[A-Za-z0-9_-]{24,250}"),
    ("openai", r"sk-(?:proj|svcacct|admin|None)-", r"[A-Za-z0-9_-]{20,250}"),
    ("openai", r"sk-", r"(?=[A-Za-z]{0,40}[0-9])[A-Za-z0-9]{20,250}"),
    ("aws", r"A(?:KIA|SIA|BIA|CCA)", r"[A-Z0-9]{16}(?![A-Za-z0-9])"),
    ("github", r"gh[pousr]_", r"[A-Za-z0-9]{30,255}"),
    ("github", r"github_pat_", r"[A-Za-z0-9_]{20,255}"),
    ("gitlab", r"gl(?:pat|dt|rt|ptt|cbt|soat|ft|imt|agent|oas|rtr)-", r"[A-Za-z0-9_.-]{16,100}"),
    ("slack", r"xox[abeoprs]-", r"[A-Za-z0-9-]{10,250}"),
    ("slack", r"xapp-", r"[0-9]-[A-Za-z0-9]{6,20}-[0-9]{6,20}-[A-Fa-f0-9]{32,100}"),
    ("google", r"AIza", r"[A-Za-z0-9_-]{30,60}"),
    ("google", r"GOCSPX-", r"[A-Za-z0-9_-]{20,60}"),
    ("google", r"ya29\.", r"[A-Za-z0-9_-]{30,400}"),
    ("jwt", r"eyJ", r"[A-Za-z0-9_-]{8,1200}\.[A-Za-z0-9_-]{8,8000}\.[A-Za-z0-9_-]{8,2000}"),
    ("npm", r"npm_", r"[A-Za-z0-9]{30,60}"),
    ("pypi", r"pypi-", r"[A-Za-z0-9_-]{30,250}"),
    ("digitalocean", r"do[opr]_v1_", r"[a-f0-9]{32,80}"),
    ("stripe", r"[rs]k_(?:live|test)_", r"[A-Za-z0-9]{10,250}"),  # Clerk's have this shape, too
    ("stripe", r"whsec_", r"[A-Za-z0-9+/=]{24,100}"),
    ("sendgrid", r"SG\.", r"[A-Za-z0-9_-]{16,40}\.[A-Za-z0-9_-]{16,60}"),
    ("twilio", r"(?:SK)(?=[0-9a-f]{32})", r"[0-9a-f]{32}(?![A-Za-z0-9])"),
    ("mailgun", r"key-", r"[0-9a-f]{32}(?![A-Za-z0-9])"),
    ("huggingface", r"hf_", r"[A-Za-z0-9]{30,60}"),
    ("netlify", r"nf[pcou]_", r"[A-Za-z0-9]{30,60}"),
    ("vercel", r"vc[piark]_", r"[A-Za-z0-9]{24,80}"),
    ("telegram", r"[0-9]{8,10}:AA", r"[A-Za-z0-9_-]{33}(?![A-Za-z0-9_-])"),
    ("discord", r"[MNO](?=[A-Za-z0-9_-]{23,27}\.)", r"[A-Za-z0-9_-]{23,27}\.[A-Za-z0-9_-]{6}\.[A-Za-z0-9_-]{27,40}"),
    ("shopify", r"shp(?:at|ca|pa|ss)_", r"[A-Fa-f0-9]{32}"),
    ("square", r"EAAA", r"[A-Za-z0-9_-]{58,64}(?![A-Za-z0-9_-])"),
    ("square", r"sq0(?:atp|csp|idp)-", r"[A-Za-z0-9_-]{22,50}"),
    ("groq", r"gsk_", r"[A-Za-z0-9]{40,60}"),
    ("xai", r"xai-", r"[A-Za-z0-9]{60,100}"),
    ("replicate", r"r8_", r"[A-Za-z0-9]{37,40}"),
    ("perplexity", r"pplx-", r"[A-Za-z0-9]{40,60}"),
    ("supabase", r"sb(?:p|_secret)_", r"[A-Za-z0-9_-]{30,60}"),
    ("planetscale", r"pscale_(?:tkn|pw|oauth)_", r"[A-Za-z0-9_.-]{30,64}"),
    ("doppler", r"dp\.(?:pt|st|ct|sa|scim|audit)\.", r"[A-Za-z0-9._-]{40,64}"),
    ("databricks", r"dapi", r"[a-f0-9]{32}(?![A-Za-z0-9])"),
    ("grafana", r"gl(?:sa|c)_", r"[A-Za-z0-9_+/=]{32,300}"),
    ("docker", r"dckr_(?:pat|oat)_", r"[A-Za-z0-9_-]{20,60}"),
    ("linear", r"lin_(?:api|oauth)_", r"[A-Za-z0-9]{32,64}"),
    ("notion", r"ntn_", r"[A-Za-z0-9]{40,60}"),
    ("postman", r"PMAK-", r"[a-f0-9]{24}-[a-f0-9]{34}"),
    ("sentry", r"sntry[su]_", r"[A-Za-z0-9+/=_-]{40,400}"),
    ("vault", r"hv[sbr]\.", r"[A-Za-z0-9_-]{24,250}"),
    ("newrelic", r"NRAK-", r"[A-Z0-9]{27}"),
    ("rubygems", r"rubygems_", r"[a-f0-9]{48}"),
    ("atlassian", r"AT(?:ATT|CTT|BB)", r"[A-Za-z0-9_=-]{24,400}"),
    ("figma", r"figd_", r"[A-Za-z0-9_-]{38,60}"),
    ("age", r"AGE-SECRET-KEY-", r"[A-Z0-9]{58}"),
)

# Family, a literal that is quick to look for, how far before it the pattern begins; group `secret` is what to hide.
_AROUND: tuple[tuple[str, str, int, str], ...] = (
    ("slack", "hooks.slack.com/", 0, r"hooks\.slack\.com/(?:services|workflows|triggers)/(?P<secret>[\w/-]{20,200})"),
    ("discord", "/api/webhooks/", 0, r"/api/webhooks/(?P<secret>[0-9]{15,22}/[\w-]{40,100})"),
    ("azure", "Q~", 4, r"(?P<secret>[\w~.]{3}[0-9]Q~[\w~.-]{31,34})(?![A-Za-z0-9])"),
)

_PEM = "-----BEGIN "
_PEM_HEAD = r"-----BEGIN (?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?-----"
_PEM_BODY = r"(?:[^-{};`#$|&*]|-(?!----)){0,20000}+"
_PEM_FOOT = r"-----END (?:[A-Z0-9]{1,20} ){0,4}PRIVATE KEY(?: BLOCK)?-----"
_PEM_CUT = r"(?:\s|\\[nr]){1,8}(?:[A-Za-z0-9+/=]{32,100}+(?:\s|\\[nr]){0,8}+){1,300}+"  # without its end
_PEM_WHOLE = f"{_PEM_HEAD}(?:{_PEM_BODY}{_PEM_FOOT}|{_PEM_CUT})"


def find(text: str) -> Iterator[Found]:
    """Every credential of a known shape; they may overlap."""
    yield from _tokens(text)
    for family, literal, before, pattern in _AROUND:
        for start in positions(text, literal):
            if match := _compiled(pattern).match(text, max(0, start - before)):
                yield *match.span("secret"), family
    for start in positions(text, _PEM):
        if (match := _compiled(_PEM_WHOLE).match(text, start)) and re.search(r"[A-Za-z0-9+/=]{32}", match[0]):
            yield start, start + len(match[0].rstrip()), "private-key"


def positions(text: str, literal: str) -> Iterator[int]:
    """Where the literal begins, without overlaps."""
    start = text.find(literal)
    while start >= 0:
        yield start
        start = text.find(literal, start + len(literal))


def _tokens(text: str) -> Iterator[Found]:
    # One byte for each character, so that places agree; what is outside of Latin-1 becomes a question mark.
    mask = text.encode("latin-1", "replace").translate(_MASK)
    start = mask.find(_RUN)
    if start < 0:
        return
    prefix, shape = _patterns()
    done = 0
    while start >= 0:
        end = mask.find(b"\0", start)
        end = len(mask) if end < 0 else end
        place = max(done, start - _BEFORE_RUN)
        while hit := prefix.search(text, place, end + 1):
            match = shape.match(text, hit.start())
            if match is None:
                place = hit.start() + 1
                continue
            assert match.lastgroup is not None
            yield match.start(), match.end(), match.lastgroup.rstrip("0123456789").lower()
            place = done = match.end()
        start = mask.find(_RUN, max(end, done))


@functools.cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """The prefixes alone, and prefixes with what follows. Compiled on first use: start-up has no time for it."""
    # Group names must differ: the family and a number.
    whole = "|".join(f"(?P<{family}{index}>{prefix}{rest})" for index, (family, prefix, rest) in enumerate(_SHAPES))
    prefixes = "|".join(prefix for _, prefix, _ in _SHAPES)
    return re.compile(f"(?<![A-Za-z0-9])(?:{prefixes})"), re.compile(whole)


@functools.cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.ASCII)
