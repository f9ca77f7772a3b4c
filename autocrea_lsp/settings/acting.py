"""Settings of the assistant's acts: code actions, checks, chat, what is kept from the model, limits and budget."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from autocrea_lsp.settings.definition import setting

GitignoreUse = Literal["context", "all", "off"]
SandboxLevel = Literal["auto", "required", "off"]
LimitedUsers = Literal["remote", "everyone", "nobody"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ActionsSettings:
    enable: bool = setting(
        True, "Offer code actions: fix, refactor, explain, document, tests, generate.", repository="narrow"
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class FixSettings:
    check_timeout: float = setting(
        5.0,
        "Stop a checker (ruff, pyright, tsc, …) that has not judged a fix after this long (seconds). The fix then "
        "counts as unchecked and you are asked.",
        minimum=0.5,
        maximum=120.0,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatSettings:
    keep_history: bool = setting(
        False,
        "Keep chats in the usage database, with secrets redacted. Off: they are forgotten when the server ends.",
        scope="machine",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacySettings:
    gitignore: GitignoreUse = setting(
        "context",
        "What `.gitignore` keeps from the model. Files named by `.autocreaignore` and its like are never sent.",
        choices={
            "context": "Ignored files are not shown beside other files; in the file itself everything works.",
            "all": "Nothing of an ignored file is ever sent.",
            "off": "Nothing.",
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SandboxSettings:
    level: SandboxLevel = setting(
        "auto",
        "How programs that check or run code are locked in.",
        scope="machine",
        choices={
            "auto": "As well as this machine can; each result says how well that was.",
            "required": "Only where they are isolated (bubblewrap); else nothing is run.",
            "off": "Only limits on time, memory and output.",
        },
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class LimitsSettings:
    apply: LimitedUsers = setting(
        "remote",
        "Whom the limits on requests hold for. The budget holds for everybody, and so does the limit on deployments "
        "unless this is `nobody`.",
        scope="machine",
        choices={
            "remote": "Users who come over the network.",
            "everyone": "Also the local user with a key of the own.",
            "nobody": "Nobody, not for deployments either.",
        },
    )
    general_per_quarter_hour: int = setting(
        100, "Most requests of all kinds in any 15 minutes.", scope="machine", minimum=0, maximum=1_000_000
    )
    ai_per_quarter_hour: int = setting(
        20,
        "Most requests to a model in any 15 minutes. Retries, checks, summaries and suggestions while typing are not "
        "counted.",
        scope="machine",
        minimum=0,
        maximum=1_000_000,
    )
    deploys_per_hour: int = setting(10, "Most deployments in any hour.", scope="machine", minimum=0, maximum=1_000_000)
    ai_per_month: int = setting(
        0,
        "Most requests to a model in a calendar month. 0: any number.",
        scope="machine",
        minimum=0,
        maximum=10_000_000,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class BudgetSettings:
    per_day: float = setting(
        5.0,
        "Warn when a day's calls have cost this much (US dollars), and send nothing more at twice that. 0: no budget.",
        scope="machine",
        minimum=0.0,
        maximum=1_000_000.0,
    )
    per_month: float = setting(
        0.0,
        "The same for a calendar month: a warning at this much, and the end at twice that. 0: no budget.",
        scope="machine",
        minimum=0.0,
        maximum=1_000_000.0,
    )
