"""Credentials as they stand in real files, made from a seed: none is written here, and none opens anything."""

from __future__ import annotations

import base64
import random
import string
from collections.abc import Callable
from dataclasses import dataclass

SEED = 20261124
_WIDE = string.ascii_letters + string.digits
_UPPER = string.ascii_uppercase + string.digits
_HEX = string.digits + "abcdef"
_URL = _WIDE + "_-"


@dataclass(frozen=True, slots=True, kw_only=True)
class Secret:
    """`line` is source code that holds `value`; of a value of several lines each is a secret."""

    name: str
    line: str
    value: str

    @property
    def parts(self) -> list[str]:
        return [part for part in self.value.splitlines() if not part.startswith("-----")]


def corpus(count: int = 96, seed: int = SEED) -> list[Secret]:
    """So many secrets, of every kind in turn; no two alike."""
    chance = random.Random(seed)
    names = list(_MAKERS)
    return [_made(names[number % len(names)], number, chance) for number in range(count)]


def _made(name: str, number: int, chance: random.Random) -> Secret:
    make, form = _MAKERS[name]
    value = make(chance)
    return Secret(name=f"{name} {number}", line=form.replace("%N", str(number)).replace("%S", value), value=value)


def _run(alphabet: str, size: int) -> Callable[[random.Random], str]:
    """Random, but with a digit and two letters near its beginning, as the vendors' are."""

    def make(chance: random.Random) -> str:
        digits = [char for char in alphabet if char.isdigit()]
        letters = [char for char in alphabet if char.isalpha()]
        start = chance.choice(letters) + chance.choice(digits) + chance.choice(letters)
        return start + "".join(chance.choices([*digits, *letters, *alphabet], k=size - 3))

    return make


def _after(prefix: tuple[str, str], alphabet: str, size: int) -> Callable[[random.Random], str]:
    """The prefix comes in two halves: whole, a scanner would take this file for a leak."""
    run = _run(alphabet, size)
    return lambda chance: "".join(prefix) + run(chance)


def _jwt(chance: random.Random) -> str:
    parts = [_run(_URL.replace("-", ""), size)(chance) for size in (20, 60, 43)]
    return "ey" + "J" + ".".join(parts)


def _sendgrid(chance: random.Random) -> str:
    return "S" + "G." + _run(_WIDE, 22)(chance) + "." + _run(_WIDE, 43)(chance)


def _slack(chance: random.Random) -> str:
    numbers = "-".join("".join(chance.choices(string.digits, k=12)) for _ in range(2))
    return "xo" + "xb-" + numbers + "-" + _run(_WIDE, 24)(chance)


def long_key(lines: int = 100, seed: int = SEED) -> str:
    """A private key of so many lines, as one of 4,096 bits or several in a row has."""
    return _pem(random.Random(seed), size=lines * 48)


def _pem(chance: random.Random, size: int = 240) -> str:
    raw = base64.b64encode(chance.randbytes(size)).decode()
    body = "\n".join(raw[at : at + 64] for at in range(0, len(raw), 64))
    head = "PRIVATE" + " KEY-----"
    return f"-----BEGIN {head}\n{body}\n-----END {head}"


def _password(chance: random.Random) -> str:
    return "".join(chance.choices(string.ascii_letters, k=6)) + "!" + "".join(chance.choices(string.digits, k=5)) + "z"


_TEXT = 'value_%N = "%S"'
_MAKERS: dict[str, tuple[Callable[[random.Random], str], str]] = {
    "anthropic": (_after(("sk-", "ant-api03-"), _URL, 60), _TEXT),
    "openai": (_after(("sk-", "proj-"), _WIDE, 48), _TEXT),
    "openrouter": (_after(("sk-", "or-v1-"), _HEX, 64), _TEXT),
    "aws id": (_after(("AK", "IA"), _UPPER, 16), _TEXT),
    "aws secret": (_run(_WIDE, 40), 'aws_secret_access_key_%N = "%S"'),
    "github": (_after(("gh", "p_"), _WIDE, 36), _TEXT),
    "github fine": (_after(("github", "_pat_"), _WIDE, 60), _TEXT),
    "gitlab": (_after(("gl", "pat-"), _WIDE, 20), _TEXT),
    "slack": (_slack, _TEXT),
    "google": (_after(("AI", "za"), _WIDE, 35), _TEXT),
    "jwt": (_jwt, _TEXT),
    "npm": (_after(("np", "m_"), _WIDE, 36), _TEXT),
    "pypi": (_after(("py", "pi-AgEI"), _URL, 80), _TEXT),
    "digitalocean": (_after(("do", "p_v1_"), _HEX, 64), _TEXT),
    "stripe": (_after(("sk", "_live_"), _WIDE, 24), _TEXT),
    "clerk": (_after(("sk", "_test_"), _WIDE, 40), _TEXT),
    "sendgrid": (_sendgrid, _TEXT),
    "hugging face": (_after(("h", "f_"), _WIDE, 34), _TEXT),
    "netlify": (_after(("nf", "p_"), _WIDE, 36), _TEXT),
    "twilio": (_after(("S", "K"), _HEX, 32), _TEXT),
    "shopify": (_after(("sh", "pat_"), _HEX, 32), _TEXT),
    "docker": (_after(("dckr", "_pat_"), _WIDE, 27), _TEXT),
    "pem": (_pem, 'KEY_%N = """%S"""'),
    "connection": (_password, 'DATABASE_%N = "postgresql://app:%S@db.internal:5432/app"'),
    "queue": (_password, 'BROKER_%N = "amqp://worker:%S@mq.internal/"'),
    "password": (_password, 'db_password = "%S"  # %N'),
    "api key": (_run(_WIDE, 32), 'api_key = "%S"  # %N'),
    "token": (_run(_HEX, 40), 'auth_token = "%S"  # %N'),
    "client secret": (_run(_WIDE, 40), 'client_secret = "%S"  # %N'),
    "header": (_run(_WIDE, 44), 'headers_%N = {"Authorization": "Bearer %S"}'),
}
