"""Logs without a problem say nothing, whatever numbers and colons are in them."""

from __future__ import annotations

import pytest

from tests.deploy.buildlog.logs import found, places

FILES = (
    *("src/cart.ts", "src/cart.js", "src/main.rs", "shop/tax.py", "main.go", "rates/rates.go", "app/page.tsx"),
    *("package.json", "pyproject.toml", "requirements.txt", "Dockerfile", "Cargo.toml", "go.mod", "index.html", "3"),
)

QUIET = {
    "servers": "  Local:   http://localhost:3000:\n  Network: http://10.0.0.4:3000/src/cart.ts:3:7\nlistening on :8080",
    "tsc": "> tsc -p .\n\n12:30:45 - Found 0 errors. Watching for file changes.\nFiles: 120\nTypes:  3:7",
    "eslint": "✨ 0 problems (0 errors, 0 warnings)\nsrc/cart.ts\n",
    "vite": "vite v8.0.1 building for production...\n✓ 34 modules transformed.\n"
    "dist/index.html  0.46 kB │ gzip: 0.30 kB\n"
    "dist/assets/index-4f2a.js  143.21 kB\n✓ built in 1.03s",
    "webpack": "asset main.js 172 bytes [emitted] (name: main)\n./src/cart.js 84 bytes [built] [code generated]\n"
    "webpack 5.112.2 compiled successfully in 162 ms",
    "next": "Route (app)       Size  First Load JS\n┌ ○ /             5.1 kB   104 kB\n./app/page.tsx\n"
    "✓ Generating (3/3)",
    "pip": "Collecting flask (from -r requirements.txt (line 1))\n  Downloading flask-3.1.0-py3-none-any.whl (1.2 kB)\n"
    "Successfully installed flask-3.1.0\nWARNING: Running pip as root (line 3 of requirements.txt)",
    "pytest": "shop/tax.py .....    [100%]\n5 passed in 0.12s\ntests/test_x.py::test_y PASSED",
    "go": "go: downloading example.com/x v1.2.3\nok  \texample.com/shop/rates\t0.011s\n"
    "?   \texample.com/shop\t[no test files]",
    "cargo": "   Compiling shop v0.1.0 (/app)\n    Finished `release` profile [optimized] target(s) in 3.07s\n"
    "     Running `target/debug/shop src/main.rs:3:7`",
    "docker": "#12 [4/4] RUN npm run build\n#12 3.456 > tsc\n#12 DONE 4.1s\nStep 5/9 : COPY . .\n ---> 8f2a31\n"
    "Dockerfile:3",
    "npm": "npm warn deprecated inflight@1.0.6: leaks\nadded 180 packages in 9s\nnpm notice package.json updated",
    "a file is served": "GET /src/cart.ts:3:7 200 in 3ms\nopened src/cart.ts:3:7 for reading\nsrc/cart.ts:3:7 ok",
    "a place of nothing": "src/cart.ts:3:7\nsrc/cart.ts(3,7)\nsrc/cart.ts:3: some text\n./app/page.tsx:3:7\n\nDone",
    "a handled error": "Error: retrying\n  trying again\n3 errors: none\nTraceback of requests: off",
    "dependencies": "node_modules/a/src/cart.ts(3,7): error TS2322: x\n"
    ".venv/lib/python3.12/site-packages/shop/tax.py:3: error: x\n"
    "vendor/x/main.go:3:7: undefined: y\n/usr/lib/python3.12/shop/tax.py:3: error: x  [y]\n"
    "/home/me/go/pkg/mod/x@v1/main.go:3:7: undefined: y\n/rustc/5980/src/main.rs:3:7: error: x\n"
    "/home/me/.cargo/registry/src/x/src/main.rs:3:7: error: x\n/app/.next/src/cart.ts:3:7: error: x",
    "notes": "src/cart.ts:3:7 - message TS1: x\nsrc/main.rs:3:7: note: x\nshop/tax.py:3: note: x\nnote: x\n"
    " --> src/main.rs:3:7",
    "line 0": "src/cart.ts(0,0): error TS2322: x\nmain.go:0:0: x",
    "numbers beyond all files": "src/cart.ts:99999999999999999999:1: error: x",
}


@pytest.mark.parametrize("log", QUIET.values(), ids=QUIET)
def test_nothing_is_found(log: str) -> None:
    assert found(log.split("\n"), *FILES) == []


def test_a_traceback_with_no_frame_of_the_users() -> None:
    log = [
        "Traceback (most recent call last):",
        '  File "/usr/lib/python3.12/shop/tax.py", line 3, in <module>',
        '  File "<frozen runpy>", line 3, in <module>',
        "KeyError: 'x'",
    ]
    assert found(log, *FILES) == []


def test_the_same_problem_in_several_tellings_is_one() -> None:
    log = ["src/cart.ts(3,7): error TS1: x", "src/cart.ts:3:7 - error TS1: x", "/app/src/cart.ts(3,7): error TS1: x"]
    assert places(found(log, *FILES)) == ["src/cart.ts:3"]


def test_a_telling_with_a_column_wins() -> None:
    (problem,) = found(["main.go:3: undefined: x", "main.go:3:7: undefined: x"], *FILES)
    assert problem.column == 7


def test_errors_stand_before_warnings_in_the_order_of_the_log() -> None:
    log = [f"shop/tax.py:{n}: {'warning' if n % 2 else 'error'}: m{n}  [c]" for n in range(1, 7)]
    assert places(found(log, *FILES)) == [f"shop/tax.py:{n}" for n in (2, 4, 6, 1, 3, 5)]


def test_a_file_without_a_line_is_only_told_where_nothing_better_is_known() -> None:
    vague = "./app/page.tsx\nError: something is wrong\n"
    assert places(found(vague.split("\n"), *FILES)) == ["app/page.tsx:1"]
    better = vague + "app/page.tsx(9,1): error TS1: x"
    assert places(found(better.split("\n"), *FILES)) == ["app/page.tsx:9"]


def test_a_test_is_only_named_where_no_test_has_a_line() -> None:
    summary = ["FAILED tests/test_tax.py::test_a - KeyError: 'x'"]
    assert places(found(summary, "tests/test_tax.py")) == ["tests/test_tax.py:1"]
    log = ["E   KeyError: 'x'", "", "shop/tax.py:2: KeyError", *summary]
    assert places(found(log, "tests/test_tax.py", *FILES)) == ["shop/tax.py:2"]


def test_a_message_is_bounded_and_has_no_colours() -> None:
    (problem,) = found([f"main.go:3:7: \x1b[31m{'é𝒳 ' * 1000}\x1b[0m"], *FILES)
    assert len(problem.message) == 500
    assert problem.message.startswith("é𝒳 é𝒳")
    assert problem.message.endswith("…")
    assert "\x1b" not in problem.message
