"""Fixes of TypeScript and JavaScript, for tsc and node."""

from __future__ import annotations

from tests.assist.checking.case import Case, problem

LABEL = """
    interface User { name: string; age?: number }
    export function label(user: User): string {
      const years: string = user.age;
      return user.nmae + years;
    }
"""
AGE = problem(3, "ts", "2322", "Type 'number | undefined' is not assignable to type 'string'.")
NAME = problem(4, "ts", "2551", "Property 'nmae' does not exist on type 'User'. Did you mean 'name'?")
GOOD = LABEL.replace("nmae", "name").replace("user.age;", "String(user.age ?? 0);")
HALF = LABEL.replace("nmae", "name")
MAYBE = """
    export function first(list?: string[]): number {
      return list.length;
    }
"""
UNDEFINED = problem(2, "ts", "18048", "'list' is possibly 'undefined'.")
LOGIN = """
    import React from "react";
    export function Login(props: { title: string }) {
      const [name, setName] = React.useState("");
      return <form><h1>{props.titel}</h1><p>{name}</p></form>;
    }
"""
TITLE = problem(4, "ts", "2551", "Property 'titel' does not exist on type '{ title: string; }'. Did you mean 'title'?")
BROKEN = """
    function add(a, b) {
      return a + ;
    }
"""
EXPRESSION = problem(2, "ts", "1109", "Expression expected.")


def ts(name: str, before: str, after: str, *problems, expect: str = "failed", label: str, language: str = "typescript"):
    return Case(
        name=name,
        language=language,
        before=before,
        after=after,
        problems=list(problems),
        expect=expect,
        label=label,
        checker="tsc" if expect == "passed" or "tsc" in label else "",
    )


def js(name: str, before: str, after: str, *problems, expect: str = "failed", label: str) -> Case:
    case = ts(name, before, after, *problems, expect=expect, label=label, language="javascript")
    return Case(**{**vars(case), "checker": "node" if expect == "passed" or "node" in label else ""})


GONE = "Checked with tsc: the problem is gone and nothing new stands."

CASES = [
    # Good ones
    ts("both", LABEL, GOOD, AGE, NAME, expect="passed",
       label="Checked with tsc: the problems are gone and nothing new stands."),
    ts("only what was asked", LABEL, HALF, NAME, expect="passed", label=GONE),
    ts("undefined is handled", MAYBE, MAYBE.replace("list.length", "list?.length ?? 0"), UNDEFINED, expect="passed",
       label=GONE),
    ts("tsx without its modules", LOGIN, LOGIN.replace("titel", "title"), TITLE, expect="passed", label=GONE,
       language="typescriptreact"),
    ts("syntax", BROKEN.replace("a, b", "a: number, b: number"), BROKEN.replace("a, b", "a: number, b: number").replace(
        "+ ;", "+ b;"), EXPRESSION, expect="passed", label=GONE),
    ts("unused is taken away", "\n    const a = 1;\n    export const b = 2;\n", "\n    export const b = 2;\n",
       problem(1, "ts", "6133", "'a' is declared but its value is never read."), expect="passed", label=GONE),
    js("syntax by node", BROKEN, BROKEN.replace("+ ;", "+ b;"), problem(2, "eslint", "", "Parsing error"),
       expect="passed", label="Checked with node --check: the problem is gone"),
    js("syntax of a module", "export " + BROKEN.strip(), "export " + BROKEN.strip().replace("+ ;", "+ b;"),
       problem(2, "eslint", "", "Parsing error: Unexpected token ;"), expect="passed", label="Checked with node"),
    # Half good, or wrong
    ts("one of two stands", LABEL, HALF, AGE, NAME, label="tsc still reports 2322"),
    ts("another typo", LABEL, LABEL.replace("nmae", "naem"), NAME, label="tsc reports something new: 2339"),
    ts("fixed here, broken there", MAYBE, MAYBE.replace("list.length", 'list?.length ?? "none"'), UNDEFINED,
       label="tsc reports something new: 2322"),
    ts("annotation taken away", "\n    export const f = (a: number) => a.trim();\n",
       "\n    export const f = (a) => a.trim();\n",
       problem(1, "ts", "2339", "Property 'trim' does not exist on type 'number'."),
       label="tsc reports something new: 7006"),
    ts("syntax mended, name wrong", BROKEN.replace("a, b", "a: number, b: number"),
       BROKEN.replace("a, b", "a: number, b: number").replace("+ ;", "+ c;"), EXPRESSION,
       label="tsc reports something new: 2304"),
    ts("broken", LABEL, LABEL.replace("nmae + years;", "name + ;"), NAME, label="does not parse"),
    js("still broken", "\n    const a = ;\n    const b = ;\n", "\n    const a = 1;\n    const b = ;\n",
       problem(1, "eslint", "", "Parsing error"), problem(2, "eslint", "", "Parsing error"),
       label="node --check still reports SyntaxError"),
    # Hidden
    ts("@ts-ignore", LABEL, LABEL.replace("  return", "  // @ts-ignore\n      return"), NAME,
       label="hidden, not fixed: `@ts-ignore`"),
    ts("@ts-expect-error", LABEL, LABEL.replace("  return", "  // @ts-expect-error\n      return"), NAME,
       label="hidden, not fixed"),
    ts("@ts-nocheck", LABEL, "// @ts-nocheck\n" + LABEL, NAME, label="hidden, not fixed: `@ts-nocheck`"),
    ts("as any", LABEL, LABEL.replace("user.nmae", "(user as any).nmae"), NAME,
       label="hidden, not fixed: the type `any`"),
    ts(": any", LABEL, LABEL.replace("user: User", "user: any"), NAME, label="hidden, not fixed: the type `any`"),
    ts("as unknown as", LABEL, LABEL.replace("user.age;", "user.age as unknown as string;"), AGE,
       label="hidden, not fixed: a cast"),
    ts("!", MAYBE, MAYBE.replace("list.length", "list!.length"), UNDEFINED, label="hidden, not fixed: a `!`"),
    ts("declare", "\n    export const a = missing;\n",
       "\n    declare const missing: number;\n    export const a = missing;\n",
       problem(1, "ts", "2304", "Cannot find name 'missing'."), label="hidden, not fixed: `declare`"),
    js("eslint-disable", "\n    var a = 1;\n", "\n    /* eslint-disable */\n    var a = 1;\n",
       problem(1, "eslint", "no-var", "Unexpected var, use let or const instead."), label="hidden, not fixed"),
    ts("behind a return", MAYBE, MAYBE.replace("return list", "return 0;\n      return list"), UNDEFINED,
       label="tsc still reports 18048"),
    js("a comment that is a type", "\n    const a = missing;\n",
       "\n    /** @type {any} */ let missing;\n    const a = missing;\n",
       problem(1, "ts", "2304", "Cannot find name 'missing'."), label="hidden, not fixed: `@type {any`"),
    js("catch {}", "\n    open();\n", "\n    try { open(); } catch (e) {}\n",
       problem(1, "eslint", "no-undef", "'open' is not defined."), label="hidden, not fixed: an error that"),
    # Thrown away
    ts("statement deleted", LABEL,
       LABEL.replace("      const years: string = user.age;\n", "").replace(" + years", ""), AGE,
       label="thrown away, not fixed: the statement in line 3"),
    ts("commented out", LABEL, LABEL.replace("const years: string = user.age;", "/* const years = user.age; */"), AGE,
       label="thrown away"),
    ts("made hollow", MAYBE, MAYBE.replace("return list.length", "return null"), UNDEFINED, label="thrown away"),
    ts("function deleted", LABEL, "\n    interface User { name: string; age?: number }\n    export const user = {};\n",
       NAME, label="thrown away"),
    # Nobody can say
    js("a type error for node", "\n    const a = 1;\n    a.trim();\n", "\n    const a = '1';\n    a.trim();\n",
       problem(2, "eslint", "some-rule", "Unsafe call"), expect="unchecked",
       label="Not checked: node --check did not report the problem before either."),
    ts("a rule of eslint", "\n    var a = 1;\n    export { a };\n", "\n    const a = 1;\n    export { a };\n",
       problem(1, "eslint", "no-var", "Unexpected var"), expect="unchecked",
       label="Not checked: tsc did not report the problem before either."),
    ts("a module of the project", "\n    export const a = shop();\n",
       '\n    import { shop } from "./shop";\n    export const a = shop();\n',
       problem(1, "ts", "2304", "Cannot find name 'shop'."), expect="unchecked",
       label="Not checked: tsc does not see the rest of the project: 2307"),
]  # fmt: skip
