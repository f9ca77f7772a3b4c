"""What a fault does to the host or to a connection, where it is more than an answer in the right one's place."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from graphql import GraphQLBoolean, GraphQLSchema, OperationType, get_nullable_type

from tests.emulators.hosting.calls import Answer, Recorded, Refused
from tests.emulators.hosting.faults import Due
from tests.emulators.messages_wire import Connection
from tests.emulators.railway_faults import SPECS, Fault
from tests.emulators.railway_graphql import Asked
from tests.emulators.railway_queries import Call
from tests.emulators.railway_world import World

if TYPE_CHECKING:
    from tests.emulators.railway_server import Emulator

_RETRY_S = 60
_REQUEST = "3f0b4d0e-7f0e-4a55-9d68-4f5d8b8f8b11"


class Turned(Refused):
    """An answer that GraphQL has no part in."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self._answer = answer

    def answer(self) -> Answer:
        return self._answer


def no_such_page() -> Turned:
    return Turned(Answer(status=404, value={"message": "Not Found", "requestId": _REQUEST}))


def check_limit(world: World, op: str, count: int, now_s: float) -> None:
    """The 429 of a limit that a test made small (`World.limits`)."""
    if count > world.limits.get(op, count):
        headers = {"retry-after": str(_RETRY_S), "x-ratelimit-reset": str(int(now_s) + _RETRY_S)}
        raise Turned(Answer(status=429, value={"message": "Too Many Requests"}, headers=headers))


def before_acting(call: Call, due: Due, recorded: Recorded) -> None:
    """Change the host."""
    if due.fault is Fault.PROJECT_VANISHES:
        for project in list(call.world.projects.values()):
            call.world.remove_project(project)
    if due.fault is Fault.DEPLOYMENT_VANISHES:
        named = (recorded.body or {}).get("variables", {}) if isinstance(recorded.body, dict) else {}
        for id_ in (named or {}).values():
            if isinstance(id_, str) and id_ in call.world.deployments:
                call.world.remove(call.world.deployments[id_])


def after_acting(call: Call, due: Due) -> None:
    """Change what was done."""
    made = call.notes.get("made")
    if due.fault is Fault.DEPLOYMENT_VANISHES and made in call.world.deployments:
        call.world.remove(call.world.deployments[made])


def is_boolean(schema: GraphQLSchema, asked: Asked) -> bool:
    """Whether it is a mutation that answers true."""
    if asked.kind is not OperationType.MUTATION or schema.mutation_type is None:
        return False
    fields = schema.mutation_type.fields
    return all(get_nullable_type(fields[name].type) is GraphQLBoolean for name in asked.fields)


async def lost_before_socket(connection: Connection, recorded: Recorded, due: Due | None, emulator: Emulator) -> bool:
    """Whether a fault that is not the socket's own ended the handshake of one."""
    if due is None:
        return False
    spec = SPECS[Fault(due.fault)]
    if spec.place == "slow":
        await asyncio.sleep(due.seconds)
    if spec.place == "never":
        await connection.wait_for_the_end()
    if spec.place in ("before-acting", "after-acting", "in-answer"):
        connection.drop()
        return True
    if spec.status is None or spec.status.status == 200:
        return False
    headers = spec.status.headers_now(emulator.clock.now(), due.seconds)
    recorded.status = spec.status.status
    if spec.status.raw is not None:
        await connection.answer(recorded.status, spec.status.raw, headers)
    else:
        await connection.answer_json(recorded.status, emulator.refusal_value(spec.status, due), headers)
    return True
