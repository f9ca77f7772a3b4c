"""Samples of Python, JavaScript, TypeScript, Go and Rust."""

from __future__ import annotations

FIRST = {
    "python": r'''
"""Doc."""

# about
import os
from x import (
    a,
)

if TYPE_CHECKING:
    import z


@dec
@dec2(1)
async def f(a):
    x = "é𝒳"  # hé

    return f"{x} b"


class A(B):
    @property
    def m(self):
        def n():
            return 1

        return n()
'''[1:],
    "javascript": r"""
#!/usr/bin/env node
"use strict";
import x from "y";
const z = require("z");

export const f = async (a) => {
  return `a ${a} b`;
};

export default class A {
  m() {
    return 1; // é𝒳
  }
  g = () => {
    return 2;
  };
}

module.exports.q = function () {
  return /a/;
};
const M = memo(() => {
  return 1;
});
"""[1:],
    "typescriptreact": r"""
import x from "y";

@D()
export class A<T> {
  @H("x")
  m(): void {
    return;
  }
}

export interface I {
  a: number;
}

export const L: FC = () => {
  return <a>x</a>;
};

type T = {
  a: 1;
};
"""[1:],
    "typescript": r"""
import x = require("y");

enum E {
  A,
}

function f<T>(a: T): T {
  return <T>a;
}
"""[1:],
    "go": r"""
// Package m.
package main

import (
	"fmt"
)
import "os"

func f() {
	g := func() {
		fmt.Println(`é𝒳`)
	}
	g()
}

// doc
func (t *T) m() int {
	return 1
}

type T struct {
	a int
}

type X int
"""[1:],
    "rust": r"""
#![a]
//! doc
use x::y;
mod z;
use a;

#[derive(A)]
#[b]
pub struct S {
    a: u8,
}

impl T for S {
    #[t]
    fn m(&self) -> char {
        'a'
    }
}

fn f() {
    let c = "é𝒳"; // c
}
"""[1:],
}
