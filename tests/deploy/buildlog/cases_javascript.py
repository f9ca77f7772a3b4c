"""Output of tools for JavaScript and TypeScript, checkers, node and npm, as the tools of this year print it."""

from __future__ import annotations

from tests.deploy.buildlog.logs import Case, at

TYPE = "Type 'string' is not assignable to type 'number'."

CHECKERS = (
    Case(
        name="tsc, plain",
        log=f"src/cart.ts(4,9): error TS2322: {TYPE}\nsrc/ui/menu.tsx(12,3): error TS2304: Cannot find name 'tax'.",
        expected=(
            at("src/cart.ts:4:9", TYPE, "tsc", "TS2322"),
            at("src/ui/menu.tsx:12:3", "Cannot find name 'tax'.", "tsc", "TS2304"),
        ),
    ),
    Case(
        name="tsc, a message that goes on",
        log="src/cart.ts(7,5): error TS2345: Argument of type 'A' is not assignable to 'B'.\n"
        "  Property 'price' is missing in type 'A'.\nsrc/cart.ts(9,1): error TS1005: ';' expected.",
        expected=(
            at(
                "src/cart.ts:7:5",
                "Argument of type 'A' is not assignable to 'B'.\nProperty 'price' is missing in type 'A'.",
                "tsc",
                "TS2345",
            ),
            at("src/cart.ts:9:1", "';' expected.", "tsc", "TS1005"),
        ),
    ),
    Case(
        name="tsc, a space in the name",
        log=f"src/my cart.ts(4,9): error TS2322: {TYPE}",
        expected=(at("src/my cart.ts:4:9", TYPE, "tsc", "TS2322"),),
    ),
    Case(
        name="tsc, pretty",
        log="\x1b[96msrc/cart.ts\x1b[0m:\x1b[93m4\x1b[0m:\x1b[93m9\x1b[0m - \x1b[91merror\x1b[0m\x1b[90m TS2322: "
        f"\x1b[0m{TYPE}\n\n\x1b[7m4\x1b[0m   const total: number = sum;\n"
        f"\x1b[7m \x1b[0m \x1b[91m        ~~~~~\x1b[0m\n\n"
        "  \x1b[96msrc/types.ts\x1b[0m:\x1b[93m2\x1b[0m:\x1b[93m3\x1b[0m - 'total' is declared here.\n\n"
        "Found 1 error in src/cart.ts\x1b[90m:4\x1b[0m\n",
        expected=(at("src/cart.ts:4:9", TYPE, "tsc", "TS2322", end=14),),
        files=("src/types.ts",),
    ),
    Case(
        name="eslint, stylish",
        log="\n{root}/src/cart.js\n  2:1   error    'sum' is constant    no-const-assign\n"
        "  14:5  warning  'tax' is never used  @typescript-eslint/no-unused-vars\n\n{root}/src/menu.js\n"
        "  3:12  error  Parsing error: Unexpected token ;\n\n✖ 3 problems (2 errors, 1 warning)\n",
        expected=(
            at("src/cart.js:2:1", "'sum' is constant", "eslint", "no-const-assign"),
            at("src/menu.js:3:12", "Parsing error: Unexpected token ;", "eslint"),
            at(
                "src/cart.js:14:5",
                "'tax' is never used",
                "eslint",
                "@typescript-eslint/no-unused-vars",
                severity="warning",
            ),
        ),
    ),
    Case(
        name="eslint, compact",
        log="{root}/src/cart.js: line 2, col 1, Error - 'sum' is not defined. (no-undef)\n"
        "{root}/src/cart.js: line 5, col 7, Warning - Unexpected alert. (no-alert)\n\n2 problems",
        expected=(
            at("src/cart.js:2:1", "'sum' is not defined.", "eslint", "no-undef"),
            at("src/cart.js:5:7", "Unexpected alert.", "eslint", "no-alert", severity="warning"),
        ),
    ),
    Case(
        name="eslint, unix",
        log="{root}/src/cart.js:2:1: 'sum' is not defined. [Error/no-undef]\n"
        "{root}/src/menu.js:3:4: Parsing error: Unexpected token ; [Error]\n\n2 problems",
        expected=(
            at("src/cart.js:2:1", "'sum' is not defined.", "eslint", "no-undef"),
            at("src/menu.js:3:4", "Parsing error: Unexpected token ;", "eslint"),
        ),
    ),
    Case(
        name="create-react-app",
        log="Treating warnings as errors because process.env.CI = true.\n\nFailed to compile.\n\n[eslint] \n"
        "src/App.js\n  Line 4:9:  'sum' is assigned a value but never used  no-unused-vars\n",
        expected=(at("src/App.js:4:9", "'sum' is assigned a value but never used", "eslint", "no-unused-vars"),),
    ),
    Case(
        name="svelte-check",
        log="Getting Svelte diagnostics...\n\n{root}/src/Cart.svelte:2:7\nError: Cannot find name 'sum'. (ts)\n"
        "<script>\n  let a = sum;\n\nsvelte-check found 1 error and 0 warnings in 1 file",
        expected=(at("src/Cart.svelte:2:7", "Cannot find name 'sum'. (ts)", "svelte-check"),),
    ),
    Case(
        name="astro check",
        log=f"src/pages/index.astro:3:7 - error ts(2322): {TYPE}\n\n3 const sum: number = 'x';\n        ~~~\n",
        expected=(at("src/pages/index.astro:3:7", TYPE, "astro", "ts(2322)", end=10),),
    ),
)

NODE = (
    Case(
        name="node, syntax",
        log="file://{root}/tools/build.mjs:2\nconst b = {;\n           ^\n\nSyntaxError: Unexpected token ';'\n"
        "    at compileSourceTextModule (node:internal/modules/esm/utils:346:16)\n\nNode.js v24.1.0",
        expected=(at("tools/build.mjs:2:12", "SyntaxError: Unexpected token ';'", "node"),),
    ),
    Case(
        name="node, an error of two lines",
        log="{root}/tools/build.js:4\n  throw new Error(text);\n  ^\n\nError: no tax\nno price\n"
        "    at Object.<anonymous> ({root}/tools/build.js:4:9)\n",
        expected=(at("tools/build.js:4:3", "no tax\nno price", "node"),),
    ),
    Case(
        name="node, an export that is not there",
        log='file://{root}/tools/build.mjs:1\nimport {tax} from "./tax.mjs";\n        ^^^\n'
        "SyntaxError: The requested module './tax.mjs' does not provide an export named 'tax'\n"
        "    at ModuleJob._instantiate (node:internal/modules/esm/module_job:213:21)\n",
        expected=(
            at(
                "tools/build.mjs:1:9",
                "SyntaxError: The requested module './tax.mjs' does not provide an export named 'tax'",
                "node",
                end=12,
            ),
        ),
        files=("tools/tax.mjs",),
    ),
    Case(
        name="node, thrown by a dependency",
        log="{root}/node_modules/joi/lib/index.js:77\n    throw new Error('no');\n    ^\n\nTypeError: no\n"
        "    at check ({root}/node_modules/joi/lib/index.js:77:11)\n    at async load ({root}/tools/read me.js:9:5)\n"
        "    at Object.<anonymous> ({root}/tools/build.js:3:1)\n"
        "    at Module._compile (node:internal/modules/cjs/loader:1521:14)",
        expected=(at("tools/read me.js:9:5", "TypeError: no", "node"),),
        files=("tools/build.js",),
    ),
    Case(
        name="node, require",
        log="Error: Cannot find module './tax.cjs'\nRequire stack:\n- {root}/tools/build.cjs\n"
        "    at Module._resolveFilename (node:internal/modules/cjs/loader:1207:15)\n"
        "    at Object.<anonymous> ({root}/tools/build.cjs:1:11) {\n  code: 'MODULE_NOT_FOUND'\n}",
        expected=(at("tools/build.cjs:1:11", "Cannot find module './tax.cjs'", "node"),),
    ),
    Case(
        name="node, import",
        log="Error [ERR_MODULE_NOT_FOUND]: Cannot find module '{root}/tools/tax.mjs' imported from "
        "{root}/tools/build.mjs\n"
        "    at finalizeResolution (node:internal/modules/esm/resolve:283:11)",
        expected=(
            at(
                "tools/build.mjs:1",
                "Cannot find module '/vercel/path0/tools/tax.mjs'",
                "node",
                "ERR_MODULE_NOT_FOUND",
            ),
        ),
    ),
    Case(
        name="node, a cause",
        log="Error: late\nby two lines\n    at file://{root}/tools/build.mjs:2:22 {\n  [cause]: RangeError: too far\n"
        "      at file://{root}/tools/range.mjs:5:6\n}",
        expected=(
            at("tools/build.mjs:2:22", "late\nby two lines", "node"),
            at("tools/range.mjs:5:6", "RangeError: too far", "node"),
        ),
    ),
    Case(
        name="npm, package.json is no JSON",
        log="npm error code EJSONPARSE\nnpm error path {root}/package.json\n"
        "npm error JSON.parse Invalid package.json: JSONParseError: Expected ',' in JSON at position 46 (line "
        "4 column 3)\n"
        "npm error JSON.parse Failed to parse JSON data.",
        expected=(
            at(
                "package.json:4:3",
                "Invalid package.json: JSONParseError: Expected ',' in JSON at position 46 (line 4 column 3)",
                "npm",
                "EJSONPARSE",
            ),
        ),
    ),
    Case(
        name="npm, no such script",
        log='npm error Missing script: "build"\nnpm error\nnpm error To see a list of scripts, run:\n'
        "npm error   npm run",
        expected=(at("package.json:1", 'Missing script: "build"', "npm"),),
    ),
    Case(
        name="npm, versions that do not fit",
        log="npm error code ERESOLVE\nnpm error ERESOLVE unable to resolve dependency tree\nnpm error\n"
        "npm error While resolving: shop@1.0.0\nnpm error Found: react@17.0.2\nnpm error\n"
        'npm error Could not resolve dependency:\nnpm error peer react@"^18.3.1" from react-dom@18.3.1',
        expected=(
            at(
                "package.json:1",
                'unable to resolve dependency tree\npeer react@"^18.3.1" from react-dom@18.3.1',
                "npm",
                "ERESOLVE",
            ),
        ),
    ),
    Case(
        name="npm, no such version",
        log="npm error code ETARGET\nnpm error notarget No matching version found for react@999.\n"
        "npm error notarget In most",
        expected=(at("package.json:1", "No matching version found for react@999.", "npm", "ETARGET"),),
    ),
)

CASES = (*CHECKERS, *NODE)
