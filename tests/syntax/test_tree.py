"""What a tree says of a text: where it is wrong, what a place is in, where imports stand. Columns are code points."""

from __future__ import annotations

import subprocess
import sys

import pytest

from autocrea_lsp.syntax import Definition, Tree, grammar_for, parse
from autocrea_lsp.text import Span, body, split_lines
from tests.syntax.samples import SAMPLES


def tree_of(text: str, language: str) -> Tree:
    tree = parse(text, language)
    assert tree is not None
    return tree


def described(definition: Definition | None) -> tuple[str, str, int, int] | None:
    """Kind, name, first and last line."""
    if definition is None:
        return None
    return definition.kind, definition.name, definition.span.start_line, definition.span.end_line


def test_importing_the_package_loads_no_parser() -> None:
    code = "import sys, autocrea_lsp.syntax as s; s.guess_definition(['def f():\\n'], 0); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert not any(name.startswith("tree_sitter") for name in done.stdout.split())


@pytest.mark.parametrize("language", SAMPLES)
def test_each_language_has_a_grammar_that_reads_its_sample(language: str) -> None:
    assert grammar_for(language)
    assert tree_of(SAMPLES[language], language).problems() == []


@pytest.mark.parametrize(
    ("language", "grammar"),
    [
        *(("sh", "bash"), ("bash", "bash"), ("jsonc", "json"), ("typescriptreact", "tsx")),
        *(("javascriptreact", "javascript"), ("cobol", None), ("", None)),
    ],
)
def test_a_language_id_names_its_grammar(language: str, grammar: str | None) -> None:
    assert grammar_for(language) == grammar


def test_what_cannot_be_parsed_has_no_tree() -> None:
    assert parse("x", "cobol") is None
    assert parse("x = 1\n" * 400_000, "python") is None


# Problems


@pytest.mark.parametrize(
    ("language", "text", "spans"),
    [
        ("python", "x = 1\n", []),
        ("python", "é𝒳 = (1\ny = )\n", [(1, 0, 1, 3)]),
        ("javascript", "const 𝒳é = ;\n", [(0, 9, 0, 10)]),
        ("javascript", "𝒳(1;\n", [(0, 3, 0, 3)]),
        ("python", "b = 1\ra = 'é𝒳' $ 1\r", [(1, 4, 1, 10)]),
        ("json", '{"é𝒳": 1,}', [(0, 8, 0, 9)]),
        ("json", '{"a": 1} // é\n', [(0, 9, 0, 13)]),
        ("json", '{"a": "// no comment"}', []),
        ("json", "1 2", [(0, 2, 0, 3)]),
        ("json", "[" * 3000 + "]" * 3000, []),
        ("jsonc", '// é\n{"a": [1,], /* x */ }', []),
        ("jsonc", '{"a": [1,,]}', [(0, 8, 0, 10)]),
        ("jsonc", "[,]", [(0, 1, 0, 2)]),
        ("html", "<a></b></a>", [(0, 3, 0, 7)]),
    ],
)
def test_problems_stand_where_the_text_is_wrong(
    language: str, text: str, spans: list[tuple[int, int, int, int]]
) -> None:
    problems = tree_of(text, language).problems()
    assert [
        (each.span.start_line, each.span.start_column, each.span.end_line, each.span.end_column) for each in problems
    ] == spans
    assert all(each.message for each in problems)


def test_a_missing_word_is_named() -> None:
    assert [each.message for each in tree_of("f(1;\n", "javascript").problems()] == ["missing `)`"]


def test_problems_are_the_first_fifty_in_order() -> None:
    problems = tree_of("x = $ 1\n" * 80, "python").problems()
    places = [(each.span.start_line, each.span.start_column) for each in problems]
    assert len(problems) == 50
    assert places == sorted(places)
    assert places[-1][0] < 60


# Places


@pytest.mark.parametrize(
    ("language", "line", "expected"),
    [
        # one letter for each place between characters: code, comment, string
        ("python", 'é = "é𝒳"  # hé', "cccccssscccmmmm"),
        ("python", 'f"é{x}é"', "csssccssc"),
        ("javascript", "`a${b}c`", "csscccssc"),
        ("javascript", "/* é */ a", "cmmmmmmccc"),
        ("go", "x := `𝒳`", "ccccccssc"),
        ("rust", "let c = 'a'; // é", "cccccccccsscccmmmm"),
        ("ruby", '"a#{b}c"', "csscccssc"),
        ("csharp", 'var a = $"x{y}z";', "cccccccccsssccsscc"),
        ("c", "a = 'b'; /* c */", "cccccsscccmmmmmmc"),
        ("json", '{"a": "é"}', "ccsscccsscc"),
        ("yaml", "a: 'x' # é", "ccccssccmmm"),
        ("shellscript", "echo 'a' # b", "ccccccssccmmm"),
    ],
)
def test_a_place_is_in_code_a_comment_or_a_string(language: str, line: str, expected: str) -> None:
    tree = tree_of(f"{line}\n", language)
    found = "".join({"code": "c", "comment": "m", "string": "s"}[tree.where(0, at)] for at in range(len(line) + 1))
    assert found == expected


# Definitions


@pytest.mark.parametrize(
    ("language", "needle", "expected"),
    [
        ("python", "import os", None),
        ("python", "@dec2", ("function", "f", 12, 17)),
        ("python", "return f", ("function", "f", 12, 17)),
        ("python", "class A", ("class", "A", 20, 26)),
        ("python", "@property", ("method", "m", 21, 26)),
        ("python", "return 1", ("function", "n", 23, 24)),
        ("javascript", "export const f", ("function", "f", 5, 7)),
        ("javascript", "return `a", ("function", "f", 5, 7)),
        ("javascript", "export default", ("class", "A", 9, 16)),
        ("javascript", "return 1; // é", ("method", "m", 10, 12)),
        ("javascript", "return 2", ("method", "g", 13, 15)),
        ("javascript", "return /a/", ("function", "module.exports.q", 18, 20)),
        ("javascript", "});", ("function", "M", 21, 23)),
        ("typescriptreact", "@D", ("class", "A", 2, 8)),
        ("typescriptreact", "@H", ("method", "m", 4, 7)),
        ("typescriptreact", "a: number", ("class", "I", 10, 12)),
        ("typescriptreact", "<a>x", ("function", "L", 14, 16)),
        ("typescriptreact", "a: 1", ("other", "T", 18, 20)),
        ("typescript", "A,", ("class", "E", 2, 4)),
        ("go", "fmt.Println", ("function", "g", 9, 11)),
        ("go", "\tg()", ("function", "f", 8, 13)),
        ("go", "return 1", ("method", "m", 16, 18)),
        ("go", "a int", ("class", "T", 20, 22)),
        ("go", "type X", ("other", "X", 24, 24)),
        ("rust", "#[b]", ("class", "S", 6, 10)),
        ("rust", "'a'", ("method", "m", 13, 16)),
        ("rust", "impl T", ("class", "S", 12, 17)),
        ("rust", "let c", ("function", "f", 19, 21)),
        ("java", "@Override", ("method", "m", 8, 11)),
        ("java", "m();", ("method", "C", 13, 15)),
        ("c", "return 0", ("function", "f", 6, 9)),
        ("c", "int a;", ("class", "S", 11, 13)),
        ("c", "int b;", ("class", "Q", 15, 17)),
        ("c", "struct Q q", ("function", "g", 19, 21)),
        ("cpp", "template", ("class", "A", 6, 12)),
        ("cpp", "return 1;\n  }", ("method", "m", 9, 11)),
        ("cpp", "return 1;  //", ("method", "A::k", 14, 16)),
        ("cpp", "namespace N", None),
        ("csharp", "[X]", ("method", "M", 6, 9)),
        ("csharp", "[Attr]", ("class", "C", 4, 10)),
        ("ruby", "é𝒳", ("method", "m", 6, 8)),
        ("ruby", "def self.k", ("method", "k", 10, 12)),
        ("ruby", "module M", ("class", "M", 4, 14)),
        ("ruby", "def f", ("function", "f", 16, 18)),
        ("php", 'return "x', ("function", "f", 7, 9)),
        ("php", "return 1", ("method", "m", 12, 14)),
        ("lua", "é𝒳", ("function", "f", 3, 5)),
        ("lua", "return 1", ("method", "M.x:y", 7, 9)),
        ("lua", "return 2", ("function", "g", 11, 13)),
        ("lua", "return 3", ("function", "M.h", 15, 17)),
        ("shellscript", "echo 'é", ("function", "g", 9, 11)),
        ("css", "color", ("other", "a, b", 3, 5)),
        ("css", "é𝒳", ("other", "i", 8, 10)),
        ("toml", "é𝒳", ("other", "t.u", 3, 4)),
        ("json", "null", None),
    ],
)
def test_the_innermost_definition_around_a_place(
    language: str, needle: str, expected: tuple[str, str, int, int] | None
) -> None:
    text = SAMPLES[language]
    before = split_lines(text[: text.index(needle)] + "|")
    place = len(before) - 1, len(before[-1]) - 1
    assert described(tree_of(text, language).enclosing_definition(*place)) == expected


@pytest.mark.parametrize("language", SAMPLES)
def test_a_definition_takes_whole_lines_and_holds_the_place(language: str) -> None:
    tree, lines = tree_of(SAMPLES[language], language), split_lines(SAMPLES[language])
    for number, line in enumerate(lines):
        for column in range(len(line.rstrip())):
            found = tree.enclosing_definition(number, column)
            if found is None:
                continue
            span = found.span
            assert span.start_line <= number <= span.end_line
            assert (span.start_column, span.end_column) == (0, len(body(lines[span.end_line])))


def test_a_definition_on_a_line_of_others_takes_its_part() -> None:
    found = tree_of("const é = 1, f = () => 2, g = 3\n", "javascript").enclosing_definition(0, 18)
    assert found == Definition(
        span=Span(start_line=0, start_column=13, end_line=0, end_column=24), name="f", kind="function"
    )


def test_blanks_around_a_line_belong_to_what_stands_on_it() -> None:
    tree = tree_of("class A:\n    def m(self):  \n        pass\n", "python")
    assert described(tree.enclosing_definition(1, 0)) == ("method", "m", 1, 2)
    assert described(tree.enclosing_definition(1, 99)) == ("method", "m", 1, 2)
    assert tree.enclosing_definition(99, 0) is None


def test_lines_that_end_in_carriage_returns_are_lines() -> None:
    tree = tree_of("x = 1\r\n\rdef f():\r\n    return 'é'\r\n", "python")
    assert described(tree.enclosing_definition(3, 12)) == ("function", "f", 2, 3)
    assert tree.where(3, 13) == "string"


def test_half_a_surrogate_pair_is_one_character() -> None:
    tree = tree_of("x = '\ud83d' # y\n", "python")
    assert [tree.where(0, at) for at in (5, 6, 7, 9)] == ["string", "string", "code", "comment"]


# Imports


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        *(("python", (3, 10)), ("javascript", (2, 4)), ("typescriptreact", (0, 1)), ("typescript", (0, 1))),
        *(("go", (3, 7)), ("rust", (2, 5)), ("java", (3, 5)), ("c", (3, 5)), ("cpp", (1, 3)), ("csharp", (0, 2))),
        *(("ruby", (1, 3)), ("php", (4, 6)), ("lua", (0, 2)), ("shellscript", (2, 4)), ("css", (1, 2))),
        *(("toml", (0, 0)), ("json", (0, 0)), ("html", (0, 0)), ("yaml", (0, 0))),
    ],
)
def test_imports_are_the_block_at_the_top(language: str, expected: tuple[int, int]) -> None:
    assert tree_of(SAMPLES[language], language).import_lines() == expected


@pytest.mark.parametrize(
    ("language", "text", "line"),
    [
        ("python", "", 0),
        ("python", "x = 1\n", 0),
        ("python", '"""Doc\nstring."""\n\nx = 1\n', 2),
        ("python", "#!/usr/bin/python\n# -*- coding: utf-8 -*-\nx = 1\n", 2),
        ("python", "# License\n\n# of x\nx = 1\n", 1),
        ("python", "# of x\nx = 1\n", 0),
        ("python", "# only\n# comments\n", 2),
        ("javascript", '"use client";\nlet a = 1;\n', 1),
        ("go", "package main\n\nfunc f() {}\n", 1),
        ("java", "package a;\n\nclass C {}\n", 1),
        ("php", "<?php\n\nfunction f() {}\n", 1),
        ("c", "#ifndef A\n#define A\n\nint a;\n#endif\n", 2),
        ("rust", "#![a]\n\nfn f() {}\n", 1),
    ],
)
def test_without_imports_it_is_where_the_first_would_go(language: str, text: str, line: int) -> None:
    assert tree_of(text, language).import_lines() == (line, line)


@pytest.mark.parametrize(
    "text",
    [
        *("- " * 400, "? " * 400 + "a", "".join(f"{' ' * depth}a:\n" for depth in range(400))),
        *("a: b\n" * 40_000, "- a: - " * 300),
    ],
)
def test_a_text_that_would_kill_the_scanner_of_yaml_is_not_parsed(text: str) -> None:
    """In a process of its own: without the guard it dies."""
    code = "import sys; from autocrea_lsp.syntax import parse; print(parse(sys.stdin.read(), 'yaml'))"
    done = subprocess.run([sys.executable, "-c", code], input=text, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "None\n")


@pytest.mark.parametrize("language", SAMPLES)
def test_nonsense_is_read_too(language: str) -> None:
    for text in ("\x00\x01\ufeff𝒳" * 20, "({[<`'\"" * 300, SAMPLES[language][:-7] * 3, "\r\r\n"):
        tree = tree_of(text, language)
        assert len(tree.problems()) <= 50
        tree.enclosing_definition(0, 3)
        tree.import_lines()
        assert tree.where(0, 2) in ("code", "comment", "string")
