"""Secrets made up from a seed, in lines as they stand in real files. None is written out: scanners would stop at it."""

from __future__ import annotations

import base64
import random
import string
from collections.abc import Callable, Iterator
from dataclasses import dataclass

ALNUM = string.ascii_letters + string.digits
LOWER = string.ascii_lowercase + string.digits
UPPER = string.ascii_uppercase + string.digits
HEX = "0123456789abcdef"
URL = ALNUM + "-_"
BASE64 = ALNUM + "+/"


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    family: str
    secret: str  # what may not be left
    line: str


class Dice:
    def __init__(self, seed: str) -> None:
        self._random = random.Random(seed)

    def of(self, alphabet: str, size: int) -> str:
        return "".join(self._random.choices(alphabet, k=size))

    def one(self, choices: list[str]) -> str:
        return self._random.choice(choices)

    def between(self, low: int, high: int) -> int:
        return self._random.randint(low, high)


# By shape: recognised wherever they stand. The prefix is in two parts for the scanners' sake.
SHAPED: dict[str, Callable[[Dice], str]] = {
    "anthropic": lambda d: "sk-" + "ant-" + d.one(["api03-", "admin01-"]) + d.of(URL, 86) + "-" + d.of(ALNUM, 6) + "AA",
    "openai": lambda d: (
        "sk-" + d.one(["proj-", "svcacct-", "admin-"]) + d.of(URL, 74) + "T3" + "BlbkFJ" + d.of(URL, 74)
    ),
    "openai, old": lambda d: "sk-" + d.of(ALNUM, 20) + "T3" + "BlbkFJ" + d.of(ALNUM, 20),
    "openrouter": lambda d: "sk-" + "or-v1-" + d.of(HEX, 64),
    "aws key id": lambda d: d.one(["AK", "AS"]) + "IA" + d.of(string.ascii_uppercase + "234567", 16),
    "github": lambda d: "gh" + d.one(list("pousr")) + "_" + d.of(ALNUM, 36),
    "github, fine": lambda d: "github" + "_pat_" + d.of(ALNUM, 22) + "_" + d.of(ALNUM, 59),
    "gitlab": lambda d: d.one(["gl" + "pat-", "gl" + "dt-", "gl" + "rt-"]) + d.of(URL, 20),
    "slack": lambda d: (
        "xox"
        + d.one(list("bpsa"))
        + "-"
        + d.of(string.digits, 12)
        + "-"
        + d.of(string.digits, 12)
        + "-"
        + d.of(ALNUM, 24)
    ),
    "slack, app": lambda d: "xa" + "pp-1-A" + d.of(UPPER, 10) + "-" + d.of(string.digits, 13) + "-" + d.of(HEX, 64),
    "google": lambda d: "AI" + "za" + d.of(URL, 35),
    "google, oauth": lambda d: "GOC" + "SPX-" + d.of(URL, 28),
    "jwt": lambda d: "ey" + "J" + d.of(URL, 33) + ".ey" + "J" + d.of(URL, d.between(40, 300)) + "." + d.of(URL, 43),
    "npm": lambda d: "np" + "m_" + d.of(ALNUM, 36),
    "pypi": lambda d: "py" + "pi-AgEIcHlwaS5vcmc" + d.of(URL, 120),
    "digitalocean": lambda d: "do" + d.one(list("opr")) + "_v1_" + d.of(HEX, 64),
    "stripe": lambda d: d.one(["sk", "rk"]) + d.one(["_live_", "_test_"]) + d.of(ALNUM, d.between(24, 99)),
    "stripe, webhook": lambda d: "wh" + "sec_" + d.of(ALNUM, 32),
    "sendgrid": lambda d: "S" + "G." + d.of(URL, 22) + "." + d.of(URL, 43),
    "twilio": lambda d: "S" + "K" + d.of(HEX, 32),
    "mailgun": lambda d: "ke" + "y-" + d.of(HEX, 32),
    "hugging face": lambda d: "h" + "f_" + d.of(string.ascii_letters, 34),
    "netlify": lambda d: "nf" + "p_" + d.of(ALNUM, 36),
    "vercel": lambda d: "vc" + d.one(list("pi")) + "_" + d.of(ALNUM, 56),
    "telegram": lambda d: d.one(list("123456789")) + d.of(string.digits, 9) + ":A" + "A" + d.of(URL, 33),
    "discord": lambda d: d.one(list("MN")) + d.of(ALNUM, 23) + "." + d.of(URL, 6) + "." + d.of(URL, 38),
    "shopify": lambda d: "shp" + d.one(["at", "ca", "pa", "ss"]) + "_" + d.of(HEX, 32),
    "square": lambda d: "EA" + "AA" + d.of(URL, 60),
    "square, oauth": lambda d: "sq" + "0csp-" + d.of(URL, 43),
    "azure, client": lambda d: d.of(ALNUM, 3) + "8" + "Q~" + d.of(ALNUM + "-_.~", 33) + "a",
    "databricks": lambda d: "da" + "pi" + d.of(HEX, 32),
    "vault": lambda d: "hv" + "s." + d.of(URL, 90),
}

# By the name they are given to: name and secret.
NAMED: dict[str, Callable[[Dice], tuple[str, str]]] = {
    "aws secret": lambda d: ("AWS_SECRET_ACCESS_KEY", d.of(BASE64, 40)),
    "cloudflare": lambda d: ("CLOUDFLARE_API_TOKEN", d.of(URL, 40)),
    "railway": lambda d: ("RAILWAY_TOKEN", "-".join(d.of(HEX, size) for size in (8, 4, 4, 4, 12))),
    "vercel, old": lambda d: ("VERCEL_TOKEN", d.of(ALNUM, 24)),
    "heroku": lambda d: ("HEROKU_API_KEY", "-".join(d.of(HEX, size) for size in (8, 4, 4, 4, 12))),
    "twilio, auth": lambda d: ("TWILIO_AUTH_TOKEN", d.of(HEX, 32)),
    "datadog": lambda d: ("DD_API_KEY", d.of(HEX, 32)),
    "django": lambda d: ("SECRET_KEY", "k" + d.of(LOWER + "!@^&*(-_=+", 48) + "7"),
    "password": lambda d: (
        "DB_PASSWORD",
        d.of(ALNUM, 5) + d.of(string.digits, 2) + d.of(ALNUM, 5) + d.of("!@%^*", 1) + d.of(ALNUM, 3),
    ),
    "client secret": lambda d: ("CLIENT_SECRET", d.of(URL, 36)),
    "private key": lambda d: ("JWT_SIGNING_KEY", d.of(BASE64, 43) + "="),
}

# With what stands around them.
WHOLE: dict[str, Callable[[Dice], tuple[str, str]]] = {
    "slack, webhook": lambda d: (
        hook := d.of(UPPER, 9) + "/B" + d.of(UPPER, 9) + "/" + d.of(ALNUM, 24),
        f"https://hooks.slack.com/services/T{hook}",
    ),
    "discord, webhook": lambda d: (
        token := d.of(URL, 68),
        f"https://discord.com/api/webhooks/{d.of('123456789', 18)}/{token}",
    ),
    "azure, storage": lambda d: (
        key := d.of(BASE64, 86) + "==",
        f"DefaultEndpointsProtocol=https;AccountName=shop;AccountKey={key};EndpointSuffix=core.windows.net",
    ),
    "azure, bus": lambda d: (
        key := d.of(BASE64, 43) + "=",
        f"Endpoint=sb://shop.servicebus.windows.net/;SharedAccessKeyName=root;SharedAccessKey={key}",
    ),
    "azure, address": lambda d: (
        key := d.of(ALNUM, 20) + "%2F" + d.of(ALNUM, 20) + "%3D",
        f"https://shop.blob.core.windows.net/c/b?sv=2022-11-02&sr=b&sig={key}&se=2027-01-01",
    ),
    "sql server": lambda d: (
        word := d.of(ALNUM, 6) + "3x!" + d.of(ALNUM, 4),
        f"Server=db;Database=shop;User Id=sa;Password={word};Encrypt=true",
    ),
    "postgres": lambda d: (word := d.of(ALNUM, 12), f"postgres://shop:{word}@db.internal:5432/shop"),
    "mongodb": lambda d: (
        word := d.of(ALNUM, 16),
        f"mongodb+srv://admin:{word}@cluster0.abcde.mongodb.net/?retryWrites=true",
    ),
    "redis": lambda d: (word := d.of(ALNUM, 20), f"redis://:{word}@cache:6379/0"),
    "amqp": lambda d: (word := d.of(ALNUM, 14), f"amqp://worker:{word}@queue:5672/%2f"),
    "basic auth": lambda d: (word := d.of(ALNUM, 10), f"https://ci:{word}@git.internal/repo.git"),
    "header": lambda d: (word := d.of(ALNUM, 32), f"Authorization: Bearer {word}"),
    "header, basic": lambda d: (
        word := base64.b64encode(f"{d.of(LOWER, 6)}:{d.of(ALNUM, 12)}".encode()).decode(),
        f"Authorization: Basic {word}",
    ),
}

# How a whole secret, or a text that holds one, stands in a file: Python, JavaScript, JSON, YAML, .env, INI, shell.
AROUND = (
    'client = Client("{}", timeout=30)',
    "const client = new Client('{}');",
    '  "value": "{}",',
    "  value: '{}'",
    "export SOMETHING='{}'",
    "# old: {} (do not use)",
    "headers['X-Api'] = `{}`;",
    "curl -s '{}' | jq .",
)
# How it is given to a name that tells what it is.
ASSIGNED = (
    '{} = "{}"',
    "{}: str = '{}'",
    "const {} = '{}';",
    'process.env.{} = "{}";',
    '  "{}": "{}",',
    "  {}: {}",
    "{}={}",
    "export {}={}",
    "{} = {}",
    "    - {}={}",
    'os.environ["{}"] = "{}"',
    "ENV {}={}",
)


def planted(seed: int, each: int = 8) -> Iterator[Planted]:
    """`each` secrets of every family, each in another kind of line."""
    for family, shaped in SHAPED.items():
        for number in range(each):
            dice = Dice(f"{seed} {family} {number}")
            secret = shaped(dice)
            yield Planted(family=family, secret=secret, line=AROUND[number % len(AROUND)].format(secret))
    for family, named in NAMED.items():
        for number in range(max(each, len(ASSIGNED))):
            dice = Dice(f"{seed} {family} {number}")
            name, secret = named(dice)
            yield Planted(family=family, secret=secret, line=ASSIGNED[number % len(ASSIGNED)].format(name, secret))
    for family, whole in WHOLE.items():
        for number in range(each):
            dice = Dice(f"{seed} {family} {number}")
            secret, text = whole(dice)
            yield Planted(family=family, secret=secret, line=AROUND[number % len(AROUND)].format(text))
    for kind in ("RSA ", "EC ", "OPENSSH ", "ENCRYPTED ", "DSA ", ""):
        for number in range(each):
            yield _pem(Dice(f"{seed} {kind} {number}"), kind, number)


def _pem(dice: Dice, kind: str, number: int) -> Planted:
    lines = [dice.of(BASE64, 64) for _ in range(dice.between(3, 25))] + [dice.of(BASE64, 30) + "=="]
    text = "\n".join(["-----BEG" + f"IN {kind}PRIVATE KEY-----", *lines, "-----E" + f"ND {kind}PRIVATE KEY-----"])
    in_file = (
        'KEY = """\n{}\n"""',
        "{}\n",
        "key: |\n  {}",
        '  "key": "{}",',
        "const key = `{}`;",
        "KEY='{}'",
    )[number % 6]
    if number % 6 == 3:
        text = text.replace("\n", "\\n")
    if number % 6 == 2:
        text = text.replace("\n", "\n  ")
    return Planted(family=f"{kind}private key", secret=lines[len(lines) // 2], line=in_file.format(text))
