"""Fixes of Go (which nothing checks where Go is not installed), JSON, and languages without a checker of ours."""

from __future__ import annotations

from tests.assist.checking.case import Case, problem

GO = """
    package shop

    func total(prices []int) int {
        sum := 0
        for _, price := range prices {
            sum += prce
        }
        return sum
    }
"""
PRICE = problem(6, "compiler", "UndeclaredName", "undefined: prce")
COMMA = """
    {
      "name": "shop",
      "version": "1.0.0",
    }
"""
LAST = problem(3, "json", "519", "Trailing comma")
QUOTES = '\n    {\n      "a": 1,\n      b: 2,\n      "c": 3\n      "d": 4\n    }\n'
NO_QUOTES = problem(3, "json", "", "Property keys must be doublequoted")
NO_COMMA = problem(5, "json", "", "Expected comma")
TWICE = '\n    {\n      "a": 1,\n      "b": 2,\n      "a": 3\n    }\n'


def other(language: str, name: str, before: str, after: str, *problems, expect: str = "failed", label: str) -> Case:
    return Case(
        name=name, language=language, before=before, after=after, problems=list(problems), expect=expect, label=label
    )


GONE = "Checked with the JSON parser: the problem is gone and nothing new stands."

CASES = [
    other("go", "typo", GO, GO.replace("prce", "price"), PRICE, expect="unchecked",
          label="Not checked: no checker for Go is installed."),
    other("go", "broken", GO, GO.replace("sum += prce", "sum += (price"), PRICE, label="does not parse"),
    other("go", "nolint", GO, GO.replace("+= prce", "+= prce //nolint"), PRICE, label="hidden, not fixed: `nolint`"),
    other("go", "assigned to nothing", GO, GO.replace("sum += prce", "_ = prce"), PRICE,
          label="hidden, not fixed: an assignment to nothing"),
    other("go", "deleted", GO, GO.replace("            sum += prce\n", ""), PRICE, label="thrown away"),
    other("go", "unused import is taken away", '\n    package a\n\n    import "fmt"\n\n    var A = 1\n',
          "\n    package a\n\n    var A = 1\n", problem(3, "compiler", "UnusedImport", '"fmt" imported and not used'),
          expect="unchecked", label="Not checked: no checker for Go is installed."),
    other("json", "last comma", COMMA, COMMA.replace('"1.0.0",', '"1.0.0"'), LAST, expect="passed", label=GONE),
    other("json", "two", QUOTES, QUOTES.replace("b:", '"b":').replace('"c": 3', '"c": 3,'), NO_QUOTES, NO_COMMA,
          expect="passed", label="the problems are gone"),
    other("json", "one of two", QUOTES, QUOTES.replace("b:", '"b":'), NO_QUOTES, NO_COMMA,
          label="the JSON parser still reports"),
    other("json", "data thrown away", COMMA, "{}\n", LAST, label="thrown away, not fixed: `version`"),
    other("json", "named twice", TWICE, TWICE.replace('"b": 2,', '"b": 2').replace('      "a": 3\n', ""),
          problem(4, "json", "", "Duplicate object key"), expect="passed", label=GONE),
    other("json", "a schema", '\n    {"port": "80"}\n', '\n    {"port": 80}\n',
          problem(1, "json", "1", 'Incorrect type. Expected "number".'), expect="unchecked",
          label="Not checked: the JSON parser did not report the problem before either."),
    other("jsonc", "comments stay", "\n    {\n      // one\n      \"a\": 1 /* two */\n      \"b\": \"//\"\n    }\n",
          "\n    {\n      // one\n      \"a\": 1, /* two */\n      \"b\": \"//\"\n    }\n",
          problem(4, "jsonc", "514", "Expected comma"), expect="passed", label=GONE),
    other("rust", "no checker", "\n    fn f() -> i32 { x }\n", "\n    fn f(x: i32) -> i32 { x }\n",
          problem(1, "rustc", "E0425", "cannot find value `x`"), expect="unchecked",
          label="Not checked: no checker for rust is installed."),
    other("rust", "allow", "\n    fn f() { let x = 1; }\n", "\n    #[allow(unused)]\n    fn f() { let x = 1; }\n",
          problem(1, "rustc", "unused_variables", "unused variable: `x`"),
          label="hidden, not fixed: a warning that is switched off"),
]  # fmt: skip
