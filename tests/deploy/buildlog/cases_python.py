"""Output of Python and its tools."""

from __future__ import annotations

from tests.deploy.buildlog.logs import Case, at

TRACEBACKS = (
    Case(
        name="traceback, the innermost frame is the language's",
        log='Traceback (most recent call last):\n  File "{root}/manage.py", line 9, in <module>\n    main()\n'
        '  File "{root}/shop/settings.py", line 31, in load\n    json.loads(text)\n'
        '  File "/usr/local/lib/python3.12/json/__init__.py", line 346, in loads\n'
        "    return _default_decoder.decode(s)\n"
        "           ^^^^^^^^^^^^^^^^^^^^^^^^^^\n"
        "json.decoder.JSONDecodeError: Expecting value: line 1 column 2 (char 1)\n",
        expected=(
            at(
                "shop/settings.py:31",
                "json.decoder.JSONDecodeError: Expecting value: line 1 column 2 (char 1)",
                "python",
                "JSONDecodeError",
            ),
        ),
        files=("manage.py", "pyproject.toml"),
    ),
    Case(
        name="traceback, dependencies around",
        log='Traceback (most recent call last):\n  File "{root}/.venv/bin/gunicorn", line 8, in <module>\n'
        '  File "{root}/.venv/lib/python3.12/site-packages/gunicorn/app.py", line 67, in run\n'
        '  File "<frozen importlib._bootstrap>", line 1360, in _gcd_import\n'
        '  File "{root}/shop/wsgi.py", line 4, in <module>\n    import flask_tax\n'
        "ModuleNotFoundError: No module named 'flask_tax'\n",
        expected=(
            at("shop/wsgi.py:4", "ModuleNotFoundError: No module named 'flask_tax'", "python", "ModuleNotFoundError"),
        ),
    ),
    Case(
        name="traceback, chained",
        log='Traceback (most recent call last):\n  File "{root}/shop/rate.py", line 5, in rate\n    rates["x"]\n'
        "    ~~~~~^^^^^\nKeyError: 'x'\n\nThe above exception was the direct cause of the following exception:\n\n"
        'Traceback (most recent call last):\n  File "{root}/build.py", line 7, in <module>\n    raise Wrong() from e\n'
        "shop.errors.Wrong\n",
        expected=(
            at("shop/rate.py:5", "KeyError: 'x'", "python", "KeyError"),
            at("build.py:7", "shop.errors.Wrong", "python", "Wrong"),
        ),
    ),
    Case(
        name="traceback, a group",
        log="  + Exception Group Traceback (most recent call last):\n"
        '  |   File "{root}/build.py", line 3, in <module>\n'
        "  |     many()\n  | ExceptionGroup: many (1 sub-exception)\n  +-+---------------- 1 ----------------\n"
        "    | ValueError: one\n    +------------------------------------\n",
        expected=(at("build.py:3", "ExceptionGroup: many (1 sub-exception)", "python", "ExceptionGroup"),),
    ),
    Case(
        name="syntax",
        log='Traceback (most recent call last):\n  File "{root}/build.py", line 1, in <module>\n    import shop.tax\n'
        '  File "{root}/shop/tax.py", line 12\n    def tax(:\n            ^\nSyntaxError: invalid syntax\n',
        expected=(at("shop/tax.py:12", "SyntaxError: invalid syntax", "python", "SyntaxError"),),
        files=("build.py",),
    ),
    Case(
        name="compileall",
        log="Compiling './shop/tax.py'...\n***   File \"./shop/tax.py\", line 3\n    x=1\n"
        "TabError: inconsistent use of tabs and spaces in indentation\n",
        expected=(
            at(
                "shop/tax.py:3",
                "TabError: inconsistent use of tabs and spaces in indentation",
                "python",
                "TabError",
            ),
        ),
    ),
    Case(
        name="a warning",
        log="{root}/shop/tax.py:9: SyntaxWarning: invalid escape sequence '\\d'\n  re.match('\\d')\n",
        expected=(at("shop/tax.py:9", "invalid escape sequence '\\d'", "python", "SyntaxWarning", severity="warning"),),
    ),
)

TESTS = (
    Case(
        name="pytest",
        log="=================================== FAILURES ===================================\n"
        "___________________________________ test_sum ___________________________________\n\n    def test_sum():\n"
        ">       assert total() == 3\nE       assert 2 == 3\nE        +  where 2 = total()\n\n"
        "tests/test_cart.py:9: AssertionError\n"
        "___________________________________ test_tax ___________________________________\n\n>       tax()\n\n"
        "tests/test_cart.py:12: \n_ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _\n\n"
        ">   return rates['x']\nE   KeyError: 'x'\n\nshop/tax.py:2: KeyError\n"
        "=========================== short test summary info ============================\n"
        "FAILED tests/test_cart.py::test_sum - assert 2 == 3\nFAILED tests/test_cart.py::test_tax - KeyError: 'x'\n"
        "2 failed, 1 passed in 0.78s",
        expected=(
            at("tests/test_cart.py:9", "assert 2 == 3\n+  where 2 = total()", "pytest", "AssertionError"),
            at("shop/tax.py:2", "KeyError: 'x'", "pytest", "KeyError"),
        ),
    ),
    Case(
        name="pytest, raised in a dependency",
        log="__________________________________ test_read ___________________________________\n\n>       read()\n\n"
        "tests/test_cart.py:7: \n_ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _ _\n"
        ".venv/lib/python3.12/site-packages/yaml/__init__.py:125: in load\nE   yaml.YAMLError: no\n\n"
        ".venv/lib/python3.12/site-packages/yaml/scanner.py:400: YAMLError\n",
        expected=(at("tests/test_cart.py:7", "yaml.YAMLError: no", "pytest", "YAMLError"),),
    ),
    Case(
        name="pytest, collecting",
        log="_____________________ ERROR collecting tests/test_tax.py _____________________\n"
        "ImportError while importing test module '{root}/tests/test_tax.py'.\nTraceback:\n"
        "/usr/lib/python3.12/importlib/__init__.py:126: in import_module\n    return _gcd_import(name)\n"
        "tests/test_tax.py:1: in <module>\n    import flask_tax\nE   ModuleNotFoundError: No module named 'flask_tax'\n"
        "=========================== short test summary info ============================\nERROR tests/test_tax.py\n",
        expected=(
            at(
                "tests/test_tax.py:1",
                "ModuleNotFoundError: No module named 'flask_tax'",
                "pytest",
                "ModuleNotFoundError",
            ),
        ),
    ),
    Case(
        name="pytest, only the summary",
        log="FAILED tests/test_cart.py::test_sum - assert 2 == 3\n1 failed in 0.01s",
        expected=(at("tests/test_cart.py:1", "test_sum: assert 2 == 3", "pytest"),),
    ),
)

CHECKERS = (
    Case(
        name="mypy",
        log='shop/tax.py:2: error: Name "rate" is not defined  [name-defined]\n'
        "shop/tax.py:2: note: did you import it?\nshop/cart.py:4:12: error: Incompatible return  [return-value]\n"
        "shop/cart.py:7:5:7:19: error: Bad  [misc]\nFound 3 errors in 2 files (checked 2 source files)",
        expected=(
            at("shop/tax.py:2", 'Name "rate" is not defined', "mypy", "name-defined"),
            at("shop/cart.py:4:12", "Incompatible return", "mypy", "return-value"),
            at("shop/cart.py:7:5", "Bad", "mypy", "misc", end=20),
        ),
    ),
    Case(
        name="mypy, pretty",
        log="shop/tax.py:2:10: error: Incompatible types in assignment (expression has type\n"
        '"str", variable has type "int")\n'
        "[assignment]\n    x: int = 'a'\n             ^~~\nFound 1 error in 1 file",
        expected=(
            at(
                "shop/tax.py:2:10",
                'Incompatible types in assignment (expression has type "str", variable has type "int")',
                "mypy",
                "assignment",
            ),
        ),
    ),
    Case(
        name="ruff, concise",
        log="shop/tax.py:1:8: F401 [*] `os` imported but unused\n"
        "shop/cart.py:1:7: invalid-syntax: Expected `)`\nFound 2 errors.",
        expected=(
            at("shop/tax.py:1:8", "`os` imported but unused", "ruff", "F401"),
            at("shop/cart.py:1:7", "Expected `)`", "ruff", "invalid-syntax"),
        ),
    ),
    Case(
        name="ruff, full",
        log="F401 [*] `os` imported but unused\n --> shop/tax.py:1:8\n  |\n1 | import os\n  |        ^^\n  |\n"
        "help: Remove unused import: `os`\n\nFound 1 error.",
        expected=(at("shop/tax.py:1:8", "`os` imported but unused", "ruff", "F401", end=10),),
    ),
    Case(
        name="ruff, grouped",
        log="shop/tax.py:\n  1:8 F401 [*] `os` imported but unused\n  5:5 F821 Undefined name `rate`\n\n"
        "Found 2 errors.",
        expected=(
            at("shop/tax.py:1:8", "`os` imported but unused", "ruff", "F401"),
            at("shop/tax.py:5:5", "Undefined name `rate`", "ruff", "F821"),
        ),
    ),
)

PACKAGES = (
    Case(
        name="pip, a requirement that is none",
        log="Collecting flask (from -r requirements.txt (line 1))\n"
        "ERROR: Invalid requirement: 'flask===tax free' (from line 2 of requirements.txt)",
        expected=(at("requirements.txt:2", "Invalid requirement: 'flask===tax free'", "pip"),),
    ),
    Case(
        name="pip, with the file's path",
        log="ERROR: Could not find a version that satisfies the requirement flask-tax==9 (from -r "
        "{root}/requirements.txt (line 3))",
        expected=(
            at(
                "requirements.txt:3",
                "Could not find a version that satisfies the requirement flask-tax==9",
                "pip",
            ),
        ),
    ),
    Case(
        name="pip, no such package",
        log="ERROR: Could not find a version that satisfies the requirement flask-tax (from versions: none)\n"
        "ERROR: No matching distribution found for flask-tax",
        expected=(at("requirements.txt:1", "No matching distribution found for flask-tax", "pip"),),
    ),
    Case(
        name="pip, pyproject.toml is no TOML",
        log="ERROR: Exception:\nTraceback (most recent call last):\n"
        '  File "/usr/lib/python3/dist-packages/pip/_vendor/tomli/_parser.py", line 649, in parse_value\n'
        '    raise suffixed_err(src, pos, "Invalid value")\n'
        "pip._vendor.tomli.TOMLDecodeError: Invalid value (at line 3, column 11)",
        expected=(at("pyproject.toml:3:11", "Invalid value", "toml"),),
    ),
    Case(
        name="uv, pyproject.toml is no TOML",
        log="error: Failed to parse: pyproject.toml\n  cause: TOML parse error at line 3, column 11\n           |\n"
        "         3 | version = \n           |           ^\n         string values must be quoted\n",
        expected=(at("pyproject.toml:3:11", "string values must be quoted", "toml"),),
    ),
    Case(
        name="setuptools",
        log="      ValueError: invalid pyproject.toml config: `project.dependencies[0]`.\n"
        "      configuration error: `project.dependencies[0]` must be pep508\n      [end of output]",
        expected=(at("pyproject.toml:1", "`project.dependencies[0]` must be pep508", "setuptools"),),
    ),
)

CASES = (*TRACEBACKS, *TESTS, *CHECKERS, *PACKAGES)
