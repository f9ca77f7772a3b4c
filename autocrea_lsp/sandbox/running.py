"""Run a job in the sandbox."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

from autocrea_lsp.errors import UserError
from autocrea_lsp.sandbox import folder as folders
from autocrea_lsp.sandbox.isolation import Isolation, Level, find, limits_only, probe
from autocrea_lsp.sandbox.job import Job, Result
from autocrea_lsp.sandbox.output import OnLines, Output
from autocrea_lsp.sandbox.process import Outcome, isolated, limited


async def run(job: Job, *, level: Level = "auto", on_lines: OnLines | None = None) -> Result:
    """Run it to its end, its timeout or our cancellation; when this returns or raises, nothing of it is left.

    What stays is the folder and home that the caller has given it. `on_lines` hears its output while it runs.

    Raises UserError where `level` asks for isolation that this machine does not give, ValueError for a command that
    is not there or not among what the job may read, OSError where the machine cannot start it.
    """
    isolation = limits_only("isolation is switched off in the settings") if level == "off" else await probe()
    if level == "required" and isolation.level != "bwrap":
        raise UserError(
            f"Nothing was run: programs must be isolated, and this machine cannot do that ({isolation.note}).",
            hint="Install bubblewrap, or set `sandbox.level` to `auto`.",
        )
    return await run_in(job, isolation, find() if isolation.level == "bwrap" else None, on_lines)


async def run_in(job: Job, isolation: Isolation, bwrap: str | None, on_lines: OnLines | None = None) -> Result:
    """Run it in exactly that way: with this bubblewrap, or without."""
    stop = asyncio.Event()
    # A task of its own, told to stop rather than cancelled: its end has several steps, and all must be done.
    work = asyncio.create_task(_whole(job, isolation, bwrap, stop, on_lines))
    try:
        return await asyncio.shield(work)
    except asyncio.CancelledError:
        stop.set()
        while not work.done():
            try:
                await asyncio.wait({work})
            except asyncio.CancelledError:  # asked again: it is on its way
                continue
        if not work.cancelled():
            work.exception()  # seen: who is cancelled hears of nothing else
        raise


async def _whole(
    job: Job, isolation: Isolation, bwrap: str | None, stop: asyncio.Event, on_lines: OnLines | None
) -> Result:
    started = time.monotonic()
    outputs = (
        Output(limit=job.max_output_bytes, stream="stdout", on_lines=on_lines),
        Output(limit=job.max_output_bytes, stream="stderr", on_lines=on_lines),
    )
    folder = job.folder if job.folder is not None else await asyncio.to_thread(folders.make, job.files)
    outcome = Outcome()
    try:
        if bwrap is None:
            outcome = await limited(job, folder, outputs, stop)
        else:
            outcome = await isolated(job, folder, bwrap, outputs, stop)
    finally:
        if job.folder is None:
            await asyncio.to_thread(folders.remove, folder)
    return Result(
        exit_code=outcome.exit_code,
        signal=outcome.signal,
        stdout=outputs[0].kept.decode("utf-8", "replace"),
        stderr=outputs[1].kept.decode("utf-8", "replace"),
        timed_out=outcome.timed_out,
        truncated=any(output.truncated for output in outputs),
        duration_s=time.monotonic() - started,
        isolation=replace(isolation, network=isolation.network and not job.network),
    )
