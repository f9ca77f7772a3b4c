"""One text of each language: imports, definitions in definitions, strings and comments, and no error."""

from __future__ import annotations

from tests.syntax.samples_first import FIRST

SAMPLES = {
    **FIRST,
    "java": r"""
/* L */
package a.b;

import x.y;
import static z.w;

@A
public class C {
    @Override
    public void m() {
        String x = "é𝒳"; // c
    }

    C() {
        m();
    }
}
"""[1:],
    "c": r"""
/* L */
#ifndef X_H
#define X_H
#include <a.h>
#include "b.h"

static int *f(int a)
{
    return 0; /* c */
}

typedef struct {
    int a;
} S;

struct Q {
    int b;
};

int g(struct Q q) {
    return "a"[0];
}
#endif
"""[1:],
    "cpp": r"""
#pragma once
#include <a>
using namespace std;

namespace N {

template <class T>
class A {
 public:
  int m() {
    return 1;
  }
};

int A::k(int a) {
  return 1;  // c
}

}
"""[1:],
    "csharp": r"""
using System;
using A.B;

namespace N {
    [Attr]
    public class C {
        [X]
        public int M() {
            return $"a {b} c".Length; // c
        }
    }
}
"""[1:],
    "ruby": r"""
# about
require "x"
require_relative "y"

module M
  class A < B
    def m(a)
      "é𝒳 #{a} b" # c
    end

    def self.k
      1
    end
  end
end

def f
  1
end
"""[1:],
    "php": r"""
<?php

namespace A;

use X\Y;
require_once "z.php";

function f($a) {
    return "x $a y"; // c
}

class C {
    public function m() {
        return 1;
    }
}
"""[1:],
    "lua": r"""
local a = require("a")
local b = require "b"

local function f()
  return "é𝒳" -- c
end

function M.x:y()
  return 1
end

local g = function()
  return 2
end

M.h = function()
  return 3
end
"""[1:],
    "shellscript": r"""
#!/bin/bash
# about
source x.sh
. y.sh

f() {
  echo "a $(b c) d" # c
}

function g {
  echo 'é𝒳'
}
"""[1:],
    "css": r"""
@charset "x";
@import "a";

a, b {
  color: red; /* c */
}

@media x {
  i {
    a: "é𝒳";
  }
}
"""[1:],
    "toml": r"""
# about
a = 1

[t.u]
b = "é𝒳" # c

[[v]]
c = 2
"""[1:],
    "html": r"""
<!-- c -->
<a href="x">é𝒳</a>
<script>let a = 1;</script>
"""[1:],
    "yaml": r"""
a: "é𝒳" # c
b:
  - 1
  - |
    text
"""[1:],
    "json": r"""
{"a": 1,
 "b": ["é𝒳", null]}
"""[1:],
    "jsonc": r"""
{"a": 1, // c
 "b": ["é𝒳", null,],}
"""[1:],
}
