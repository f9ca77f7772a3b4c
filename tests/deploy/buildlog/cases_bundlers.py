"""Output of bundlers and of next, as the tools of this year print it."""

from __future__ import annotations

from tests.deploy.buildlog.logs import Case, at

TYPE = "Type 'string' is not assignable to type 'number'."

BUNDLERS = (
    Case(
        name="esbuild",
        log='✘ [ERROR] Could not resolve "./tax.js"\n\n    src/cart.js:1:20:\n'
        '      1 │ import { tax } from "./tax.js";\n        ╵                     ~~~~~~~~~~\n\n'
        '▲ [WARNING] Duplicate key "a" in object literal [duplicate-object-key]\n\n    src/menu.js:4:14:\n'
        "      4 │ let x = {a:1, a:2};\n        ╵               ^\n\n  The original key is here:\n\n"
        "    src/menu.js:4:9:\n      4 │ let x = {a:1, a:2};\n        ╵          ^\n\n1 warning and 1 error",
        expected=(
            at("src/cart.js:1:21", 'Could not resolve "./tax.js"', "esbuild", end=31),
            at(
                "src/menu.js:4:15",
                'Duplicate key "a" in object literal',
                "esbuild",
                "duplicate-object-key",
                severity="warning",
                end=16,
            ),
        ),
    ),
    Case(
        name="esbuild, by its API",
        log='Error: Build failed with 1 error:\nsrc/cart.ts:2:6: ERROR: Expected identifier but found "="\n'
        "    at failureErrorWithLog ({root}/node_modules/esbuild/lib/main.js:1467:15)",
        expected=(at("src/cart.ts:2:7", 'Expected identifier but found "="', "esbuild"),),
    ),
    Case(
        name="rollup",
        log="\x1b[31m[!] \x1b[1mRollupError: src/cart.js (2:11): Unexpected token `;`.\x1b[22m\x1b[39m\n"
        "src/cart.js (2:11)\n"
        "\x1b[2m1: export const ok = 1;\n2: const a = {;\n              ^\x1b[22m\n"
        "    at getRollupError ({root}/node_modules/rollup/dist/shared/parseAst.js:326:41)",
        expected=(at("src/cart.js:2:12", "Unexpected token `;`.", "rollup"),),
    ),
    Case(
        name="rollup, an import that leads nowhere",
        log='[!] RollupError: Could not resolve "./tax.js" from "src/cart.js"\nsrc/cart.js\n',
        expected=(at("src/cart.js:1", 'Could not resolve "./tax.js"', "rollup"),),
    ),
    Case(
        name="vite 6, an export that is not there",
        log='error during build:\nsrc/cart.js (1:9): "tax" is not exported by "src/tax.js", imported by '
        '"src/cart.js".\n'
        'file: {root}/src/cart.js:1:9\n\n1: import { tax } from "./tax.js";\n            ^\n2: console.log(tax);\n',
        expected=(at("src/cart.js:1:10", '"tax" is not exported by "src/tax.js", imported by "src/cart.js".', "vite"),),
        files=("src/tax.js",),
    ),
    Case(
        name="vite 6, esbuild inside",
        log="error during build:\n[vite:build-html] Transform failed with 1 error:\n"
        '{root}/src/cart.ts:2:6: ERROR: Expected identifier but found "="\n'
        'file: {root}/src/cart.ts:2:6 ({root}/index.html)\n\nExpected identifier but found "="\n2  |  const = 3;\n',
        expected=(at("src/cart.ts:2:7", 'Expected identifier but found "="', "esbuild"),),
    ),
    Case(
        name="vite 6, a plugin",
        log="error during build:\n[vite:vue] Element is missing end tag.\nfile: {root}/src/App.vue:3:7\n\n"
        "1: <template>\n",
        expected=(at("src/App.vue:3:8", "Element is missing end tag.", "vite"),),
    ),
    Case(
        name="vite 6, a package that is not there",
        log='[vite]: Rollup failed to resolve import "left-pad" from "{root}/src/cart.js".\nThis is most likely wrong.',
        expected=(at("src/cart.js:1", 'Rollup failed to resolve import "left-pad"', "vite"),),
    ),
    Case(
        name="vite 8",
        log="✗ Build failed in 40ms\nerror during build:\nBuild failed with 1 error:\n\n"
        "\x1b[31m[UNRESOLVED_IMPORT] \x1b[0mCould not resolve './tax.js' in src/cart.js\n"
        "   ╭─[ src/cart.js:1:19 ]\n   │\n"
        ' 1 │ import { x } from "./tax.js";\n   │                   ─────┬────\n'
        "   │                        ╰── Module not found.\n───╯\n",
        expected=(at("src/cart.js:1:19", "Could not resolve './tax.js' in src/cart.js", "vite", "UNRESOLVED_IMPORT"),),
    ),
    Case(
        name="webpack",
        log="ERROR in ./src/cart.js 1:0-33\nModule not found: Error: Can't resolve './tax.js' in '{root}/src'\n"
        "resolve './tax.js' in '{root}/src'\n  using description file: {root}/package.json (relative path: ./src)\n\n"
        "WARNING in ./src/menu.js 2:12-16\nexport 'tax' was not found in './cart.js'\n\n"
        "webpack 5 compiled with 1 error",
        expected=(
            at(
                "src/cart.js:1:1",
                "Module not found: Error: Can't resolve './tax.js' in '/vercel/path0/src'",
                "webpack",
                end=34,
            ),
            at("src/menu.js:2:13", "export 'tax' was not found in './cart.js'", "webpack", severity="warning", end=17),
        ),
        files=("package.json",),
    ),
    Case(
        name="webpack, babel-loader",
        log="ERROR in ./src/cart.js\nModule build failed (from ./node_modules/babel-loader/lib/index.js):\n"
        "SyntaxError: {root}/src/cart.js: Unexpected token (2:11)\n\n  1 | export const ok = 1;\n> 2 | const a = {;\n"
        "    |            ^\n    at constructor ({root}/node_modules/@babel/parser/lib/index.js:369:19)",
        expected=(at("src/cart.js:2:12", "Unexpected token", "webpack"),),
    ),
    Case(
        name="webpack, ts-loader",
        log=f"ERROR in {{root}}/src/cart.ts\n./src/cart.ts 3:11-18\n[tsl] ERROR in {{root}}/src/cart.ts(3,12)\n"
        f"      TS2322: {TYPE}\nts-loader-default_e3b0c44298fc1c14\n",
        expected=(at("src/cart.ts:3:12", TYPE, "tsc", "TS2322"),),
    ),
    Case(
        name="webpack, fork-ts-checker",
        log=f"ERROR in ./src/cart.ts:3:12\nTS2322: {TYPE}\n    1 | x\n",
        expected=(at("src/cart.ts:3:12", TYPE, "tsc", "TS2322"),),
    ),
    Case(
        name="sass",
        log="[sass] Undefined variable.\n  ╷\n1 │ a { color: $ink; }\n  │            ^^^^\n  ╵\n"
        "  src/x.scss 1:12  root stylesheet\n",
        expected=(at("src/x.scss:1:12", "Undefined variable.", "sass"),),
    ),
)

NEXT = (
    Case(
        name="next, a type",
        log=f"Failed to compile.\n\n./app/page.tsx:2:9\nType error: {TYPE}\n\n  1 | export default function P() {{\n"
        '> 2 |   const n: number = "one";\n    |         ^\n  3 |   return <p>{n}</p>;\n',
        expected=(at("app/page.tsx:2:9", TYPE, "next", end=10),),
    ),
    Case(
        name="next, its lint",
        log="Failed to compile.\n\n./app/page.tsx\n"
        "3:7  Warning: 'x' is never used.  @typescript-eslint/no-unused-vars\n"
        "7:10  Error: `'` can be escaped.  react/no-unescaped-entities\n\ninfo  - Need to disable some rules?",
        expected=(
            at("app/page.tsx:7:10", "`'` can be escaped.", "eslint", "react/no-unescaped-entities"),
            at(
                "app/page.tsx:3:7",
                "'x' is never used.",
                "eslint",
                "@typescript-eslint/no-unused-vars",
                severity="warning",
            ),
        ),
    ),
    Case(
        name="next, turbopack",
        log="> Build error occurred\nError: Turbopack build failed with 1 error:\n./app/page.tsx:1:1\n"
        "Error: Module not found: Can't resolve './tax'\n"
        '\x1b[31m\x1b[1m>\x1b[0m \x1b[90m1 |\x1b[0m import { x } from "./tax";\n'
        "  \x1b[90m  |\x1b[0m \x1b[31m\x1b[1m^^^^^^^^^^^^^^^^^^^^^^^^^^\x1b[0m\n\n    at ignore-listed frames",
        expected=(at("app/page.tsx:1:1", "Module not found: Can't resolve './tax'", "next", end=27),),
    ),
    Case(
        name="next, turbopack, no line",
        log="Error: Turbopack build failed with 1 error:\n./app/page.tsx\nError: Specified module format is wrong\n",
        expected=(at("app/page.tsx:1", "Specified module format is wrong", "next"),),
    ),
    Case(
        name="next, SWC on webpack",
        log="Failed to compile.\n\n./app/page.tsx\nError:   x Unexpected token `=`. Expected yield\n"
        "   ,-[{root}/app/page.tsx:2:1]\n"
        " 1 | export default function P() {\n 2 |   const = 1;\n   :         ^\n 3 |   return <p>x</p>;\n   `----\n\n"
        "Caused by:\n    Syntax Error\n\nImport trace for requested module:\n./app/page.tsx\n",
        expected=(at("app/page.tsx:2:9", "Unexpected token `=`. Expected yield", "next", end=10),),
    ),
    Case(
        name="next, webpack, no line",
        log="Failed to compile.\n\n./app/page.tsx\nModule not found: Can't resolve './tax'\n\n"
        "> Build failed because of webpack errors",
        expected=(at("app/page.tsx:1", "Module not found: Can't resolve './tax'", "next"),),
    ),
    Case(
        name="next, prerender",
        log='Error occurred prerendering page "/".\nError: no tax today\n    at <unknown> (app/page.tsx:2:9)\n'
        "    at a ({root}/.next/server/app/page.js:1:1)\n  1 | function tax() {\n"
        '> 2 |   throw new Error("no tax today");\n',
        expected=(at("app/page.tsx:2:9", "no tax today", "node"),),
    ),
    Case(
        name="next, a folder in parentheses",
        log="Error: no tax today\n    at <unknown> (app/(shop)/page.tsx:2:9)\n"
        "    at async b (app/(shop)/page.tsx:9:1) {\n",
        expected=(at("app/(shop)/page.tsx:2:9", "no tax today", "node"),),
    ),
    Case(
        name="next, code of another place below",
        log="./app/page.tsx:2:9\nError: Unexpected token\n  7 | const = 1;\n    |       ^^^^^^^^\n",
        expected=(at("app/page.tsx:2:9", "Unexpected token", "next"),),
    ),
)

CASES = (*BUNDLERS, *NEXT)
