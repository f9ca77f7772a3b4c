"""Deployments as a client sees them: progress, events, questions, one message at the end.

What happens to a deployment comes as `Update`s from `deploy.jobs` (`Deploying.on_update`). Each client has a progress
for it where it allows one, our own editors get `autocrea/deploy/event`, and who does not show the end by itself gets
one message. Importing this package imports nothing of `deploy`: the server starts without it.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from autocrea_lsp.errors import AutocreaError
from autocrea_lsp.lsp import boundary, client, convert, wire
from autocrea_lsp.lsp.deploying.documents import LogDocuments
from autocrea_lsp.lsp.deploying.ending import OPEN, RETRY, SHOW_LOG, Ending, ending, web_address
from autocrea_lsp.lsp.deploying.following import Following
from autocrea_lsp.store import START_S, project_label, root_hash

if TYPE_CHECKING:
    from autocrea_lsp.assist.proposal import Proposal, Taken
    from autocrea_lsp.deploy.base import Question, Request
    from autocrea_lsp.deploy.jobs import Deployments, Update
    from autocrea_lsp.lsp.deploying.problems import Problems
    from autocrea_lsp.lsp.server import AutocreaServer
    from autocrea_lsp.store import DeploymentRow

log = logging.getLogger(__name__)

CONSENT_S = 300.0  # to answer a question that a deployment waits for; silence is no
OFFER_S = 3600.0  # how long what the last message offers can be picked


class Deploying:
    """Shows one client what happens to its deployments, and asks what they need to know."""

    def __init__(self, server: AutocreaServer) -> None:
        self._server = server
        self._following: dict[str, Following] = {}
        self._requests: dict[str, Request] = {}  # of those that were begun here and may be wanted once more
        self.documents = LogDocuments(server)
        self.problems: Problems | None = None  # what failed builds complain about; made with the first deployment
        server.app.connect_deployments(
            ask=self.ask, on_update=self.on_update, trusted=lambda: server.configuration.trusted
        )

    async def machinery(self) -> Deployments:
        """The deployments of the App, for something that the user does.

        The first time their modules are loaded, in a thread. Tokens are looked for anew: one may have been put right.
        """
        deployments = await self._server.app.deploying.load()
        self._server.app.deploying.look_again()
        return deployments

    async def begin(self, request: Request) -> str:
        """Start a deployment; its id. Raises what `Deployments.start` does."""
        key = await (await self.machinery()).start(request)
        self._requests[key] = request
        return key

    async def take_up(self) -> None:
        """After `initialized`: what an earlier server, or an editor that is gone, has left unfinished."""
        await self._server.configuration.loaded.wait()  # where a host is, is a setting
        await asyncio.sleep(START_S)  # the store opens by itself then; not while an editor waits for its first answer
        if await self._server.app.store.unfinished():
            await (await self._server.app.deploying.load()).reattach()

    # What comes from the machinery ------------------------------------------------------------------------------------

    def on_update(self, update: Update) -> None:
        """Something has happened to a deployment. Called on the loop; never raises."""
        row, server = update.row, self._server
        if not server.protocol.accepts_messages or not (update.finished or self._is_ours(row)):
            return
        if server.client.autocrea:
            from autocrea_lsp.lsp.deploying import shapes

            server.protocol.notify(wire.Method.DEPLOY_EVENT, convert.plain(shapes.event(update)))
        if update.lines or update.finished:
            self.documents.changed(row.id)
        self._note_problems(update)
        following = self._following.get(row.id)
        if following is None:
            following = self._following[row.id] = Following(server, update, lambda: self._cancel_pressed(row.id))
        else:
            following.note(update)
        if update.finished:
            del self._following[row.id]
            request = self._requests.pop(row.id, None)
            if following.told and not server.client.deploy_messages:
                server.tasks.spawn(self._tell_end(row, following.notices, request), name="a deployment's end")

    def _note_problems(self, update: Update) -> None:
        if self.problems is None:
            from autocrea_lsp.lsp.deploying.problems import Problems

            self.problems = Problems(self._server)
        request = self._requests.get(update.row.id)
        self.problems.note(update, (request.build.root_directory if request is not None else None) or "")

    def _is_ours(self, row: DeploymentRow) -> bool:
        """Whether it is of a project that is open here. Of others, which were left unfinished, only the end is told."""
        folders = self._server.app.workspace.folders
        labels = {project_label(each.name, root_hash(str(each))) for each in folders}
        return not row.project or not folders or row.project in labels

    async def ask(self, question: Question) -> str | None:
        """The user's choice, by a message with buttons; None when there is no answer that is one of them."""
        if not self._server.protocol.accepts_messages:
            return None
        answer = await self._server.ask(
            lsp.WINDOW_SHOW_MESSAGE_REQUEST,
            lsp.ShowMessageRequestParams(
                type=lsp.MessageType.Warning,
                message=f"JoxCoder: {question.text}",
                actions=[lsp.MessageActionItem(title=choice) for choice in question.choices],
            ),
            timeout_s=CONSENT_S,
        )
        chosen = client.field(answer, "title")
        return chosen if isinstance(chosen, str) and chosen in question.choices else None

    def fixing(self, proposal: Proposal, taken: Sequence[Taken]) -> None:
        """An edit of a proposal is on its way to the client: it may be the fix of what a build complained about."""
        if self.problems is not None:
            self.problems.fixing(proposal, taken)

    # What the user does -----------------------------------------------------------------------------------------------

    def _cancel_pressed(self, key: str) -> None:
        if self._server.app.settings.deploy.cancel == "wait":
            self._following[key].leave()
        else:
            self._server.tasks.spawn(self._cancel(key), name="cancel a deployment")

    async def _cancel(self, key: str) -> None:
        """From the progress: what comes of it is shown there, only a failure is told."""
        with self._told_failures():
            await (await self.machinery()).cancel(key)

    async def _tell_end(self, row: DeploymentRow, notices: list[str], request: Request | None) -> None:
        end = ending(row, notices, shows_documents=self._server.client.show_document)
        chosen = await self._offer(end)
        with self._told_failures():
            if chosen == OPEN and (url := web_address(row.url)):
                await self.open(url)
            elif chosen == SHOW_LOG:
                await self.documents.show(row.id)
            elif chosen == RETRY and request is not None:
                await self.begin(request)
            elif chosen == RETRY:
                folders = self._server.app.workspace.folders
                await (await self.machinery()).again(row.id, "redeploy", folder=folders[0] if folders else None)

    async def open(self, url: str) -> bool:
        """Have the client open a URL in the browser. False where it cannot."""
        if not self._server.client.show_document:
            return False
        params = lsp.ShowDocumentParams(uri=url, external=True)
        return client.field(await self._server.ask(lsp.WINDOW_SHOW_DOCUMENT, params), "success") is True

    async def _offer(self, end: Ending) -> str | None:
        """Show the message; the action that the user picked. A client that refuses such questions gets it without."""
        if not end.actions:
            self._server.show(end.kind, end.text)
            return None
        params = lsp.ShowMessageRequestParams(
            type=end.kind, message=end.text, actions=[lsp.MessageActionItem(title=each) for each in end.actions]
        )
        answer = self._server.protocol.send_request_async(lsp.WINDOW_SHOW_MESSAGE_REQUEST, params)
        try:
            title = client.field(await asyncio.wait_for(asyncio.shield(answer), OFFER_S), "title")
        except TimeoutError:
            return None
        except JsonRpcException:
            self._server.show(end.kind, end.text)
            return None
        return title if title in end.actions else None

    @contextlib.contextmanager
    def _told_failures(self) -> Iterator[None]:
        try:
            yield
        except AutocreaError as error:
            log.info("a deployment's act failed: %s: %s", type(error).__name__, error)
            self._server.show(lsp.MessageType.Error, f"JoxCoder: {boundary.clean(error.advice)}")
