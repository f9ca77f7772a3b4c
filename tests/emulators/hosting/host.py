"""What an emulated host says of itself; `server.HostEmulator` does the rest."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, ClassVar, Generic, TypeVar

from tests.emulators.hosting.calls import Answer, Recorded
from tests.emulators.hosting.faults import Due, Spec, Status
from tests.emulators.messages_wire import Connection, Head

W = TypeVar("W")


class Host(Generic[W]):
    """To be filled in; `W`: the host's state."""

    operations: ClassVar[tuple[str, ...]]
    faults: ClassVar[type[StrEnum]]
    specs: ClassVar[Mapping[Any, Spec]]

    token: str
    url: str

    def new_world(self) -> W:
        """Its state at the start."""
        raise AssertionError

    def settle(self, world: W) -> None:
        """What time has done to it meanwhile."""

    def op_of(self, method: str, path: str) -> str:
        """The operation; "unknown"."""
        raise AssertionError

    def name_op(self, recorded: Recorded) -> None:
        """Name the operation anew once the body is there, where that tells it (GraphQL)."""

    def act(self, recorded: Recorded, due: Due | None) -> Answer:
        """The right answer, with what the fault does to the host. Raises Refused."""
        raise AssertionError

    def carries_token(self, recorded: Recorded) -> bool:
        return recorded.headers.get("authorization") == f"Bearer {self.token}"

    def refusal_value(self, status: Status, due: Due) -> Any:
        """The JSON of an error that stands in place of an answer."""
        raise AssertionError

    def headers_of_all(self, recorded: Recorded) -> dict[str, str]:
        """What every answer carries."""
        return {}

    def check(self, recorded: Recorded) -> tuple[list[str], list[str]]:
        """What is wrong with the client's request, and with our answer (asked only where that does not lie)."""
        raise AssertionError

    def state(self) -> dict[str, Any]:
        """For the control endpoint."""
        return {}

    def plan_of(self, values: Mapping[str, Any]) -> Any:
        """A plan from JSON."""
        raise AssertionError

    def command(self, name: str, values: Mapping[str, Any]) -> dict[str, Any]:
        """A command of the host's own. Raises ValueError for one that there is not."""
        raise ValueError(f"unknown command {name!r}")

    def greeting(self) -> dict[str, str]:
        """The first line of a process."""
        return {"url": self.url, "token": self.token}

    async def upgrade(self, connection: Connection, head: Head, recorded: Recorded, due: Due | None) -> None:
        """Serve a WebSocket (`sockets.Socket`) until it ends; the connection is closed after that."""
        await connection.answer(426, b"", {})
