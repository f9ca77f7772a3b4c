"""Fixes of Python, for ruff and pyright."""

from __future__ import annotations

from tests.assist.checking.case import Case, problem

TYPO = """
    def total(prices):
        result = sum(prices)
        return reslt
"""
UNDEFINED = problem(3, "Ruff", "F821", "Undefined name `reslt`")
UNDEFINED_TYPE = problem(3, "Pyright", "reportUndefinedVariable", '"reslt" is not defined')
WRONG_TYPE = """
    def age(text: str) -> int:
        return text.strip()
"""
RETURN = problem(
    2,
    "Pyright",
    "reportReturnType",
    'Type "str" is not assignable to return type "int"\n  "str" is not assignable to "int"',
)
TWO = """
    import os


    def f(x):
        if x == None:
            return lenght(x)
        return x
"""
NONE = problem(5, "Ruff", "E711", "Comparison to `None` should be `cond is None`")
LENGTH = problem(6, "Ruff", "F821", "Undefined name `lenght`")
UNUSED = problem(1, "Ruff", "F401", "`os` imported but unused")
MISSING_COLON = """
    def f(x)
        return x
"""
COLON = problem(1, "Ruff", "invalid-syntax", "Expected `:`, found newline")
OPTIONAL = """
    import re


    def year(text: str) -> str:
        return re.search("[0-9]{4}", text).group()
"""
MAYBE_NONE = problem(5, "Pylance", "reportOptionalMemberAccess", '"group" is not a known attribute of "None"')


def ruff(name: str, before: str, after: str, *problems, expect: str = "failed", label: str) -> Case:
    return Case(
        name=name,
        language="python",
        before=before,
        after=after,
        problems=list(problems),
        expect=expect,
        label=label,
        checker="ruff" if expect == "passed" or "ruff" in label else "",
    )


def pyright(name: str, before: str, after: str, *problems, expect: str = "failed", label: str) -> Case:
    case = ruff(name, before, after, *problems, expect=expect, label=label)
    needs = "pyright" if expect == "passed" or "pyright" in label else ""
    return Case(**{**vars(case), "checker": needs})


GONE = "Checked with ruff: the problem is gone and nothing new stands."
ALL_GONE = "Checked with ruff: the problems are gone and nothing new stands."
TYPED = "Checked with pyright: the problem is gone and nothing new stands."

CASES = [
    # Good ones
    ruff("typo", TYPO, TYPO.replace("reslt", "result"), UNDEFINED, expect="passed", label=GONE),
    ruff("several", TWO, """
        def f(x):
            if x is None:
                return len(x)
            return x
    """, UNUSED, NONE, LENGTH, expect="passed", label=ALL_GONE),
    ruff("unused import is taken away", TWO, TWO.replace("import os\n", ""), UNUSED, expect="passed", label=GONE),
    ruff("lines moved", TYPO, "\n    # a comment\n    LIMIT = 3\n" + TYPO.replace("reslt", "result"), UNDEFINED,
         expect="passed", label=GONE),
    ruff("import added", "\n    print(os.getcwd())\n", "\n    import os\n\n    print(os.getcwd())\n",
         problem(1, "Ruff", "F821", "Undefined name `os`"), expect="passed", label=GONE),
    ruff("syntax", MISSING_COLON, MISSING_COLON.replace("(x)", "(x):"), COLON, expect="passed", label=GONE),
    ruff("syntax, beside a problem that could not be seen before", "\n    import os\n" + MISSING_COLON,
         "\n    import os\n" + MISSING_COLON.replace("(x)", "(x):"),
         problem(3, "Ruff", "invalid-syntax", "Expected `:`"), expect="passed", label=GONE),
    ruff("one of two alike", "\n    a = foo\n    b = foo\n", "\n    a = 1\n    b = foo\n",
         problem(1, "Ruff", "F821", "Undefined name `foo`"), expect="passed", label=GONE),
    ruff("another source with the same words", TYPO, TYPO.replace("reslt", "result"),
         problem(3, "pyflakes", "", "undefined name 'reslt'"), expect="passed", label="the problem is gone"),
    pyright("typed typo", TYPO, TYPO.replace("reslt", "result"), UNDEFINED_TYPE, expect="passed", label=TYPED),
    pyright("return type", WRONG_TYPE, WRONG_TYPE.replace("text.strip()", "int(text.strip())"), RETURN,
            expect="passed", label=TYPED),
    pyright("none is handled", OPTIONAL, OPTIONAL.replace(
        '        return re.search("[0-9]{4}", text).group()',
        '        found = re.search("[0-9]{4}", text)\n'
        '        if found is None:\n            raise ValueError(text)\n        return found.group()',
    ), MAYBE_NONE, expect="passed", label=TYPED),
    # Half good, or wrong
    ruff("one of two stands", TWO, TWO.replace("x == None", "x is None"), NONE, LENGTH,
         label="ruff still reports F821 Undefined name `lenght` (line 6)."),
    ruff("another typo", TYPO, TYPO.replace("reslt", "resutl"), UNDEFINED,
         label="ruff reports something new: F821 Undefined name `resutl` (line 3)."),
    ruff("the other one of two alike", "\n    a = foo\n    b = foo\n", "\n    a = foo\n    b = 1\n",
         problem(1, "Ruff", "F821", "Undefined name `foo`"), label="ruff still reports F821"),
    ruff("fixed here, broken there", TYPO, TYPO.replace("reslt", "result") + "\n    print(undefined_name)\n",
         UNDEFINED, label="ruff reports something new: F821 Undefined name `undefined_name`"),
    ruff("syntax mended, name wrong", MISSING_COLON,
         MISSING_COLON.replace("(x)", "(x):").replace("return x", "return y"), COLON,
         label="ruff reports something new: F821 Undefined name `y`"),
    pyright("type still wrong", WRONG_TYPE, WRONG_TYPE.replace("text.strip()", "text.strip().lower()"), RETURN,
            label="pyright still reports reportReturnType"),
    pyright("type wrong in another way", WRONG_TYPE, WRONG_TYPE.replace("text.strip()", "float(text)"), RETURN,
            label="pyright reports something new: reportReturnType"),
    # It does not parse
    ruff("broken", TYPO, TYPO.replace("return reslt", "return (result"), UNDEFINED, label="does not parse (line 3"),
    ruff("not changed", TYPO, TYPO, UNDEFINED, label="Nothing was changed."),
    # Hidden
    ruff("noqa", TYPO, TYPO.replace("reslt", "reslt  # noqa: F821"), UNDEFINED, label="hidden, not fixed: `noqa`"),
    ruff("noqa for the file", TYPO, "# ruff: noqa\n" + TYPO, UNDEFINED, label="hidden, not fixed"),
    pyright("type: ignore", WRONG_TYPE, WRONG_TYPE.replace("strip()", "strip()  # type: ignore[return-value]"),
            RETURN, label="hidden, not fixed: `type: ignore`"),
    pyright("pyright: ignore", WRONG_TYPE, WRONG_TYPE.replace("strip()", "strip()  # pyright: ignore"), RETURN,
            label="hidden, not fixed"),
    pyright("pyright: basic", WRONG_TYPE, "# pyright: reportReturnType=false\n" + WRONG_TYPE, RETURN,
            label="hidden, not fixed"),
    pyright("Any", WRONG_TYPE, "from typing import Any\n" + WRONG_TYPE.replace("-> int", "-> Any"), RETURN,
            label="hidden, not fixed: the type `Any`"),
    pyright("cast", WRONG_TYPE, "from typing import cast\n" + WRONG_TYPE.replace("text.strip()", "cast(int, text)"),
            RETURN, label="hidden, not fixed: `cast`"),
    pyright("getattr", OPTIONAL, OPTIONAL.replace(").group()", "), )").replace(
        "return re.search", "return getattr(re.search").replace("text), )", 'text), "group")()'),
        MAYBE_NONE, label="hidden, not fixed: a look-up"),
    ruff("swallowed", TYPO, """
        def total(prices):
            result = sum(prices)
            try:
                return reslt
            except NameError:
                pass
    """, UNDEFINED, label="hidden, not fixed: an exception that is swallowed"),
    ruff("never runs", TYPO, TYPO.replace("return reslt", "if False:\n            return reslt"), UNDEFINED,
         label="hidden, not fixed: code that never runs"),
    ruff("TYPE_CHECKING", TYPO, "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    reslt = 0\n" + TYPO,
         UNDEFINED, label="hidden, not fixed: code that only the checker sees"),
    pyright("Any under another name", WRONG_TYPE,
            "from typing import Any as Whole\n" + WRONG_TYPE.replace("-> int", "-> Whole"), RETURN,
            label="hidden, not fixed: the type `Any`"),
    pyright("Any in quotes", WRONG_TYPE, "import typing\n" + WRONG_TYPE.replace("-> int", '-> "typing.Any"'), RETURN,
            label="hidden, not fixed: the type `Any`"),
    pyright("annotation taken away", WRONG_TYPE, WRONG_TYPE.replace(" -> int", ""), RETURN,
            label="hidden, not fixed: a type annotation that is taken away"),
    pyright("behind a raise", WRONG_TYPE, WRONG_TYPE.replace("return text", "raise ValueError\n        return text"),
            RETURN, label="hidden, not fixed: code that never runs"),
    pyright("on another system", WRONG_TYPE, "import sys\n" + WRONG_TYPE.replace(
        "return text.strip()", 'if sys.platform == "win32":\n            return text.strip()\n        return 0'),
            RETURN, label="hidden, not fixed: code that runs elsewhere only"),
    pyright("result changed to what it is", WRONG_TYPE, WRONG_TYPE.replace("-> int", "-> str"), RETURN,
            expect="passed", label=TYPED),
    ruff("global", TYPO, TYPO.replace("return reslt", "global reslt\n        return reslt"), UNDEFINED,
         label="hidden, not fixed: a `global`"),
    ruff("assert True", TYPO, TYPO.replace("return reslt", "assert True  # reslt"), UNDEFINED,
         label="hidden, not fixed: `assert True`"),
    # Thrown away
    ruff("statement deleted", TYPO, TYPO.replace("        return reslt\n", ""), UNDEFINED,
         label="thrown away, not fixed: the statement in line 3"),
    ruff("commented out", TYPO, TYPO.replace("return reslt", "# return reslt"), UNDEFINED, label="thrown away"),
    ruff("made a string", TYPO, TYPO.replace("return reslt", '"""return reslt"""'), UNDEFINED, label="thrown away"),
    ruff("made hollow", TYPO, TYPO.replace("return reslt", "pass"), UNDEFINED, label="thrown away"),
    ruff("function deleted", TYPO, "\n    TOTAL = 3\n", UNDEFINED, label="thrown away"),
    ruff("function emptied", TYPO, "\n    def total(prices):\n        raise NotImplementedError\n", UNDEFINED,
         label="thrown away"),
    pyright("class deleted with its problem", """
        class Shop:
            def open(self) -> int:
                return "a"

        class Door:
            pass
    """, """
        class Door:
            pass
    """, problem(3, "Pyright", "reportReturnType", 'Type "str" is not assignable to return type "int"'),
        label="thrown away"),
    ruff("one problem fixed, the other deleted", TWO, """
        import os


        def f(x):
            if x is None:
                pass
            return x
    """, NONE, LENGTH, label="thrown away"),
    # Nobody can say
    ruff("a rule that ruff does not find", TYPO, TYPO.replace("reslt", "result"),
         problem(2, "Ruff", "E741", "Ambiguous variable name: `l`"), expect="unchecked",
         label="Not checked: ruff did not report the problem before either."),
    ruff("a rule that ruff does not know", TYPO, TYPO.replace("reslt", "result"),
         problem(2, "Ruff", "XYZ999", "?"), expect="unchecked", label="Not checked: ruff could not check this text."),
    ruff("one gone, the other never seen", TYPO, TYPO.replace("reslt", "result"), UNDEFINED,
         problem(2, "Ruff", "E741", "Ambiguous variable name: `l`"), expect="unchecked",
         label="Not checked: ruff did not report some of the problems before either."),
    pyright("a missing module is for the project to say", "\n    import shopp\n    print(shopp)\n",
            "\n    import os as shopp\n    print(shopp)\n",
            problem(1, "Pyright", "reportMissingImports", 'Import "shopp" could not be resolved'), expect="unchecked",
            label="Not checked: pyright did not report the problem before either."),
    pyright("a module of the project", "\n    print(shop.open())\n", "\n    import shop\n\n    print(shop.open())\n",
            problem(1, "Pyright", "reportUndefinedVariable", '"shop" is not defined'), expect="unchecked",
            label="Not checked: pyright does not see the rest of the project: reportMissingImports"),
]  # fmt: skip
