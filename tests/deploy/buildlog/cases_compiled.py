"""Output of go, cargo, gcc, docker and others."""

from __future__ import annotations

from tests.deploy.buildlog.logs import Case, at

CASES = (
    Case(
        name="go build",
        log='# example.com/shop\n./main.go:5:2: "os" imported and not used\nrates/rates.go:10:14: undefined: tax\n'
        "./main.go:12:2: too many errors\n",
        expected=(
            at("main.go:5:2", '"os" imported and not used', "go"),
            at("rates/rates.go:10:14", "undefined: tax", "go"),
            at("main.go:12:2", "too many errors", "go"),
        ),
    ),
    Case(
        name="go vet",
        log="# example.com/shop/rates\nvet: rates/rates.go:4:9: cannot use 1 as string value in return statement",
        expected=(at("rates/rates.go:4:9", "cannot use 1 as string value in return statement", "go"),),
    ),
    Case(
        name="go test",
        log="--- FAIL: TestTax (0.00s)\n    rates_test.go:6: got 3, want 4\nFAIL\n"
        "FAIL\texample.com/shop/rates\t0.011s\nFAIL",
        expected=(at("rates/rates_test.go:6", "got 3, want 4", "go"),),
    ),
    Case(
        name="go, a panic",
        log="panic: assignment to entry in nil map [recovered, repanicked]\n\ngoroutine 19 [running]:\n"
        "panic({0x6bbd40?, 0x6f40e0?})\n\t/usr/local/go/src/runtime/panic.go:859 +0x125\n"
        "example.com/shop/rates.Load(...)\n"
        "\t{root}/rates/rates.go:5\nmain.main()\n\t{root}/main.go:4 +0x25\nexit status 2",
        expected=(at("rates/rates.go:5", "panic: assignment to entry in nil map", "go", "panic"),),
        files=("main.go",),
    ),
    Case(
        name="go, a panic without paths",
        log="panic: no\n\ngoroutine 1 [running]:\nnet/http.serve()\n\tnet/http/rates.go:8 +0x1\n"
        "main.main()\n\texample.com/shop/rates/rates.go:4 +0x25",
        expected=(at("rates/rates.go:4", "panic: no", "go", "panic"),),
    ),
    Case(
        name="go.mod",
        log="go: errors parsing go.mod:\ngo.mod:5: usage: require module/path v1.2.3",
        expected=(at("go.mod:5", "usage: require module/path v1.2.3", "go"),),
    ),
    Case(
        name="cargo",
        log="   Compiling shop v0.1.0 ({root})\nwarning: unused variable: `y`\n --> src/main.rs:3:9\n  |\n"
        "3 |     let y = 1;\n"
        "  |         ^ help: if this is intentional, prefix it with an underscore: `_y`\n\n"
        'error[E0308]: mismatched types\n  --> src/main.rs:13:18\n   |\n13 |     let n: i32 = "one";\n'
        "   |            ---   ^^^^^ expected `i32`, found `&str`\n   |            |\n"
        "   |            expected due to this\n"
        "   |\nnote: function defined here\n  --> src/other.rs:1:8\n\n"
        "error: expected expression, found `;`\n --> src/other.rs:2:13\n  |\n2 |     let x = ;\n"
        "  |             ^ expected expression\n\n"
        'error: could not compile `shop` (bin "shop") due to 2 previous errors',
        expected=(
            at("src/main.rs:13:18", "mismatched types", "cargo", "E0308", end=23),
            at("src/other.rs:2:13", "expected expression, found `;`", "cargo", end=14),
            at("src/main.rs:3:9", "unused variable: `y`", "cargo", severity="warning", end=10),
        ),
    ),
    Case(
        name="cargo, short",
        log="src/main.rs:5:20: error[E0425]: cannot find value `tax` in this scope: not found in this scope",
        expected=(
            at("src/main.rs:5:20", "cannot find value `tax` in this scope: not found in this scope", "cargo", "E0425"),
        ),
    ),
    Case(
        name="cargo, a panic",
        log="thread 'main' (431) panicked at build.rs:4:47:\nindex out of bounds: the len is 0\n"
        "note: run with RUST_BACKTRACE=1",
        expected=(at("build.rs:4:47", "index out of bounds: the len is 0", "cargo", "panic"),),
    ),
    Case(
        name="cargo, Cargo.toml",
        log="error: string values must be quoted, expected literal string\n --> Cargo.toml:3:11\n  |\n"
        "3 | version = \n  |           ^",
        expected=(at("Cargo.toml:3:11", "string values must be quoted, expected literal string", "cargo", end=12),),
    ),
    Case(
        name="gcc",
        log="src/tax.c: In function ‘f’:\nsrc/tax.c:1:22: error: ‘z’ undeclared (first use in this function)\n"
        "    1 | int f(int a){ return z; }\n      |                      ^\n"
        "src/tax.c:1:22: note: each undeclared identifier is reported only once\n"
        "src/tax.c:2:31: warning: unused variable ‘s’ [-Wunused-variable]\n"
        "src/menu.c:2:10: fatal error: tax.h: No such file\n",
        expected=(
            at("src/tax.c:1:22", "‘z’ undeclared (first use in this function)", "gcc"),
            at("src/menu.c:2:10", "tax.h: No such file", "gcc"),
            at("src/tax.c:2:31", "unused variable ‘s’", "gcc", "-Wunused-variable", severity="warning"),
        ),
    ),
    Case(
        name="make",
        log="Makefile:3: *** missing separator.  Stop.",
        expected=(at("Makefile:3", "missing separator.  Stop.", "make"),),
    ),
    Case(
        name="dotnet",
        log="{root}/Program.cs(3,7): error CS0103: The name 'tax' does not exist [{root}/shop.csproj]",
        expected=(at("Program.cs:3:7", "The name 'tax' does not exist", "dotnet", "CS0103"),),
    ),
    Case(
        name="docker, a step that failed",
        log="Dockerfile:5\n--------------------\n   3 |     COPY . .\n   4 |\n   5 | >>> RUN npm run build\n   6 |\n"
        '--------------------\nERROR: failed to solve: process "/bin/sh -c npm run build" did not complete '
        "successfully: exit code: 1",
        expected=(
            at(
                "Dockerfile:5",
                'process "/bin/sh -c npm run build" did not complete successfully: exit code: 1',
                "docker",
            ),
        ),
    ),
    Case(
        name="docker, an instruction that is none",
        log="ERROR: failed to solve: dockerfile parse error on line 3: unknown instruction: RUNN",
        expected=(at("Dockerfile:3", "unknown instruction: RUNN", "docker"),),
    ),
    Case(
        name="docker, its checks",
        log="1 warning found (use docker --debug to expand):\n"
        " - FromAsCasing: 'as' and 'FROM' keywords' casing do not match (line 1)",
        expected=(
            at(
                "Dockerfile:1",
                "'as' and 'FROM' keywords' casing do not match",
                "docker",
                "FromAsCasing",
                severity="warning",
            ),
        ),
    ),
)
