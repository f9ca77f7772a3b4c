"""Following a deployment that another process drives: by what it writes into the store."""

from __future__ import annotations

from autocrea_lsp.deploy.creating import Parts
from autocrea_lsp.deploy.job import LEASE_S
from autocrea_lsp.deploy.record import Record
from autocrea_lsp.store import FINISHED, DeploymentRow, Store

FOLLOW_S = 2.0  # between looks at the row
CLAIM_S = LEASE_S / 2  # between tries to have it, should its driver have died
_PAGE = 1000  # lines


async def follow(parts: Parts, record: Record, *, heard: bool) -> DeploymentRow | None:
    """Tell what happens until it ends (None; that was the last word), or is ours to drive on: the row then.

    `heard`: until now it was driven here, so that its log up to here has been told.
    """
    store, clock = parts.store, parts.clock
    key, after, first = record.row.id, 0, True
    claimed_at = clock.monotonic()
    while True:
        row = await store.deployment(key)
        if row is None:
            record.say("It is no longer in the history.", finished=True)
            return None
        changed = first or row != record.row
        record.row = row
        after = await _tell_lines(store, record, after, only_with_key=heard and first)
        if row.state in FINISHED:
            record.say(row.detail, finished=True)
            return None
        if changed:
            record.say(row.detail)
        first = False
        if clock.monotonic() - claimed_at >= CLAIM_S:
            claimed_at = clock.monotonic()
            if await store.claim(key, owner=parts.owner, lease_s=LEASE_S):
                return await store.deployment(key) or row
        await clock.sleep(FOLLOW_S)


async def _tell_lines(store: Store, record: Record, after: int, *, only_with_key: bool) -> int:
    """Those behind that number; the number of the last. One with a key is not told twice anyway."""
    while lines := await store.deployment_log(record.row.id, after_seq=after, limit=_PAGE):
        record.tell_lines(line for line in lines if line.key or not only_with_key)
        after = lines[-1].seq
        if len(lines) < _PAGE:
            break
    return after
