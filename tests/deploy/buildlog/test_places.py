"""A tool's path → the project's."""

from __future__ import annotations

import pytest

from autocrea_lsp.deploy.buildlog.places import MOST_LOOKS, Places
from tests.deploy.buildlog.logs import found, places

FILES = frozenset(
    (
        *("src/cart.ts", "src/my cart.ts", "main.go", "packages/ui/src/button.ts", "apps/web/src/cart.ts"),
        *("src/[id]/page.tsx", "vendored/cart.ts", "apps/web/app/page.tsx", "node_modules/a/index.js", "café/è.ts"),
        *("vendor/x/y.go", ".netlify/build.ts", ".next/types/app/page.ts", "a/b/c.ts", "b/c.ts"),
    )
)


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ("src/cart.ts", "src/cart.ts"),
        ("./src/cart.ts", "src/cart.ts"),
        ("src//./cart.ts", "src/cart.ts"),
        ("src/x/../cart.ts", "src/cart.ts"),
        ('"src/my cart.ts"', "src/my cart.ts"),
        ("src\\cart.ts", "src/cart.ts"),
        ("src/[id]/page.tsx", "src/[id]/page.tsx"),
        ("/vercel/path0/src/cart.ts", "src/cart.ts"),
        ("/vercel/path1/src/cart.ts", "src/cart.ts"),
        ("/opt/build/repo/src/cart.ts", "src/cart.ts"),
        ("/app/main.go", "main.go"),
        ("/usr/src/app/main.go", "main.go"),
        ("/builds/team/shop/main.go", "main.go"),
        ("/workspace/packages/ui/src/button.ts", "packages/ui/src/button.ts"),
        ("/app/somewhere/else/src/cart.ts", "src/cart.ts"),
        ("/tmp/x/y/src/cart.ts", "src/cart.ts"),
        ("/tmp/x/y/main.go", "main.go"),
        ("/x/a/b/c.ts", "a/b/c.ts"),
        ("/opt/build/repo/../repo/src/cart.ts", "src/cart.ts"),
        ("C:\\agent\\job\\src\\cart.ts", "src/cart.ts"),
        ("C:/agent/job/src/cart.ts", "src/cart.ts"),
        ("file:///vercel/path0/src/my%20cart.ts", "src/my cart.ts"),
        ("file:///C:/agent/src/cart.ts", "src/cart.ts"),
        ("webpack-internal:///./src/cart.ts", "src/cart.ts"),
        ("webpack-internal:///(rsc)/./src/cart.ts", "src/cart.ts"),
        ("webpack://shop/./src/cart.ts", "src/cart.ts"),
        ("src/cart.ts?vue&type=script", "src/cart.ts"),
        ("/app/café/è.ts", "café/è.ts"),
        ("vendored/cart.ts", "vendored/cart.ts"),
        ("", ""),
        ("src", ""),
        ("../src/cart.ts", ""),
        ("src/../../src/cart.ts", ""),
        ("/../../etc/passwd", ""),
        ("http://localhost/src/cart.ts", ""),
        ("https://example.com/app/src/cart.ts", ""),
        ("<anonymous>", ""),
        ("node:internal/src/cart.ts", ""),
        ("node_modules/a/index.js", ""),
        ("/app/node_modules/a/src/cart.ts", ""),
        ("/app/vendor/x/y.go", ""),
        ("/usr/lib/python3.12/src/cart.ts", ""),
        ("/opt/python/lib/python3.12/src/cart.ts", ""),
        ("/usr/share/src/cart.ts", ""),
        ("/home/me/go/pkg/mod/x/src/cart.ts", ""),
        (".next/types/app/page.ts", ""),
        ("/app/.netlify/build.ts", ""),
        ("/home/me/.netlify/shop/src/cart.ts", "src/cart.ts"),
        ("src/cart.ts\0", ""),
        ("a/" * 500 + "src/cart.ts", ""),
    ],
)
def test_path(raw: str, path: str) -> None:
    assert Places(FILES.__contains__).find(raw) == path


@pytest.mark.parametrize(
    ("raw", "path"),
    [
        ("src/cart.ts", "apps/web/src/cart.ts"),
        ("./app/page.tsx", "apps/web/app/page.tsx"),
        ("main.go", "main.go"),
        ("../../packages/ui/src/button.ts", "packages/ui/src/button.ts"),
        ("../../../packages/ui/src/button.ts", ""),
        ("/vercel/path0/apps/web/src/cart.ts", "apps/web/src/cart.ts"),
        ("/app/app/page.tsx", "apps/web/app/page.tsx"),
        ("/x/y/app/page.tsx", "apps/web/app/page.tsx"),
    ],
)
@pytest.mark.parametrize("root", ["apps/web", "/apps/web/", "./apps/web", "apps\\web"])
def test_path_below_the_root_directory(raw: str, path: str, root: str) -> None:
    assert Places(FILES.__contains__, root).find(raw) == path


def test_no_path_that_is_asked_for_leads_out_of_the_folder() -> None:
    asked: list[str] = []

    def exists(path: str) -> bool:
        asked.append(path)
        return False

    places = Places(exists, "../x")
    for raw in ("../a.ts", "/../a.ts", "/app/../../a.ts", "a/../../b.ts", "C:\\..\\a.ts", "file:///../%2e%2e/a.ts"):
        assert places.find(raw) == ""
    assert [path for path in asked if path.startswith("/") or ".." in path.split("/")] == []


def test_the_disk_is_asked_once_for_a_path_and_so_often_at_most() -> None:
    asked: list[str] = []

    def exists(path: str) -> bool:
        asked.append(path)
        return False

    places = Places(exists)
    for number in range(2 * MOST_LOOKS):
        places.find(f"src/{number % (MOST_LOOKS + 10)}.ts")
    assert len(asked) == len(set(asked)) == MOST_LOOKS


def test_a_mere_name_is_not_believed_where_the_project_is_known_to_lie_elsewhere() -> None:
    stray = "/home/ci/other/main.go:1:1: stray"
    assert places(found([stray], "main.go", "rates/rates.go")) == ["main.go:1"]
    log = [stray, "/home/ci/shop/rates/rates.go:2:2: undefined: x", "/home/ci/shop/main.go:3:3: undefined: y"]
    assert places(found(log, "main.go", "rates/rates.go")) == ["rates/rates.go:2", "main.go:3"]


@pytest.mark.parametrize(
    "log",
    [
        "packages/ui build: src/cart.ts(3,7): error TS1: x",
        "src/cart.ts(3,7): error TS1: x\nnpm error Lifecycle script `build` failed\nnpm error path /app/packages/ui",
        "src/cart.ts(3,7): error TS1: x\nnpm error location /srv/checkout/packages/ui",
        "make[1]: Entering directory '/app/packages/ui'\nsrc/cart.ts(3,7): error TS1: x",
    ],
)
def test_a_folder_that_the_log_says_a_tool_worked_in(log: str) -> None:
    assert places(found(log.split("\n"), "packages/ui/src/cart.ts")) == ["packages/ui/src/cart.ts:3"]
