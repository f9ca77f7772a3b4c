"""The runner: what it prints, writes and ends with."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.bench import __main__ as bench
from tests.bench.report import Bench, BenchError, Gate, Report, Table

HOLDS = Gate(what="typing", against="peer", ratio=0.5, most=0.6)
BROKEN = Gate(what="start", against="peer", ratio=1.3, most=1.2)
UNKNOWN = Gate(what="start", against="peer", ratio=float("nan"), most=1.2)
SKIPPED = Gate(what="model", against="peer", ratio=None, most=1.0, why="no weights")


def use(monkeypatch: pytest.MonkeyPatch, *benches: Bench) -> None:
    monkeypatch.setattr(bench, "BENCHES", benches)


def fake(*gates: Gate, name: str = "fake") -> Bench:
    table = Table(title="T", head=["", "ms"], rows=[["ours", "7"]], note="So it is.")

    async def run(repeat: int) -> Report:
        return Report(tables=[table], gates=gates, figures={"repeat": repeat})

    return Bench(name=name, about="nothing", run=run)


@pytest.mark.parametrize(
    ("gates", "arguments", "code"),
    [
        ([HOLDS, SKIPPED], [], 0),
        ([HOLDS, BROKEN], [], 1),
        ([UNKNOWN], [], 1),
        ([HOLDS, BROKEN], ["--no-gate"], 0),
    ],
)
def test_ends_with_1_when_a_gate_is_broken(
    gates: list[Gate], arguments: list[str], code: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(monkeypatch, fake(*gates))
    assert bench.main(arguments) == code


def test_says_which_gate_is_broken(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    use(monkeypatch, fake(HOLDS, BROKEN, SKIPPED))
    bench.main([])
    out, err = capsys.readouterr()
    assert err == "BROKEN  start: at most 1.2 x peer, is 1.30\n"
    assert "ok      typing: at most 0.6 x peer, is 0.500" in out
    assert "skipped model: at most 1 x peer (no weights)" in out


def test_prints_markdown(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    use(monkeypatch, fake())
    bench.main([])
    assert "**T**\n\n|  | ms |\n| --- | ---: |\n| ours | 7 |\n\nSo it is.\n" in capsys.readouterr().out


def test_runs_only_the_named_benches(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    use(monkeypatch, fake(BROKEN, name="one"), fake(HOLDS, name="two"))
    assert bench.main(["two", "--repeat", "3", "--json", str(tmp_path / "out.json")]) == 0
    written = json.loads((tmp_path / "out.json").read_text())
    assert written["benches"]["two"]["figures"] == {"repeat": 3}
    assert [gate["broken"] for gate in written["benches"]["two"]["gates"]] == [False]
    assert list(written["benches"]) == ["two"]


@pytest.mark.parametrize("arguments", [["three"], ["--repeat", "0"]])
def test_refuses_wrong_arguments(arguments: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, fake())
    with pytest.raises(SystemExit) as end:
        bench.main(arguments)
    assert end.value.code == 2


def test_a_server_that_fails_is_no_measurement(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    async def run(_repeat: int) -> Report:
        raise BenchError("it ended")

    use(monkeypatch, Bench(name="fake", about="nothing", run=run))
    assert bench.main([]) == 1
    assert capsys.readouterr().err == "fake: it ended\n"
