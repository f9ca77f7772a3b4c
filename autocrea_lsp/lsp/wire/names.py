"""Names of everything that is ours on the wire: custom methods, server commands, commands that our editors bring."""

from __future__ import annotations

VERSION = 1
"""Version of the custom messages, in `capabilities.experimental.autocrea.version` on both sides."""

LOG_SCHEME = "autocrea-deploy"
"""Scheme of the log of a deployment as a document, `autocrea-deploy:/ID.log`, for `workspace/textDocumentContent`."""


class Method:
    """Custom methods: `autocrea/…`. Requests with a `partialResultToken` stream their text as `$/progress`."""

    STATUS = "autocrea/status"  # client → server, request
    STATUS_CHANGED = "autocrea/statusChanged"  # server → client, notification
    TRUST = "autocrea/trust"  # client → server, notification
    CREDENTIALS = "autocrea/credentials"  # server → client, request
    CREDENTIALS_CHANGED = "autocrea/credentialsChanged"  # client → server, notification
    EDIT = "autocrea/edit"  # client → server, request: EditParams → Proposal
    GENERATE = "autocrea/generate"  # client → server, request: GenerateParams → Generated; streams TextChunk
    EXPLAIN = "autocrea/explain"  # client → server, request: ExplainParams → Explanation; streams TextChunk
    CHAT = "autocrea/chat"  # client → server, request: ChatParams → ChatAnswer; streams TextChunk
    CHAT_SESSIONS = "autocrea/chat/sessions"  # client → server, request: ChatSessionsParams → ChatSessions
    CHAT_FORGET = "autocrea/chat/forget"  # client → server, request: ChatForgetParams → null
    COMMIT_MESSAGE = "autocrea/commitMessage"  # client → server, request: CommitMessageParams → CommitMessage
    PREVIEW = "autocrea/preview"  # client → server, request: PreviewParams → PromptPreview; nothing leaves
    LAST_PROMPT = "autocrea/lastPrompt"  # client → server, request: LastPromptParams → PromptPreview
    PROPOSALS = "autocrea/proposal/list"  # client → server, request: ProposalsParams → Proposals
    PROPOSAL = "autocrea/proposal/get"  # client → server, request: ProposalParams → Proposal
    PROPOSAL_ACCEPT = "autocrea/proposal/accept"  # client → server, request: HunksParams → Accepted; client applies
    PROPOSAL_REJECT = "autocrea/proposal/reject"  # client → server, request: HunksParams → Proposal
    PROPOSAL_REGENERATE = "autocrea/proposal/regenerate"  # client → server, request: RegenerateParams → Proposal
    DEPLOY_EVENT = "autocrea/deploy/event"  # server → client, notification: DeployEvent
    DEPLOY_ENVIRONMENT = "autocrea/deploy/environment"  # server → client, request: DeployEnvironmentParams → its values


class Command:
    """Server commands, by `workspace/executeCommand`. Palette commands of an editor are `autocrea.*`, never these."""

    MODEL_INSTALL = "autocrea.server.model.install"  # [InstallParams?] → Installed
    STATUS = "autocrea.server.status"  # [StatusParams?] → Status
    STATS = "autocrea.server.stats"  # [StatsParams?] → Stats
    LOG = "autocrea.server.log"  # [] → LogLocation
    ACCEPTED = "autocrea.server.suggestion.accepted"  # [AcceptedParams] → null; an inline item's command
    ACT = "autocrea.server.act"  # [ActionData] → Accepted; a code action's edit, applied here for plain clients
    EDIT = "autocrea.server.edit"  # [EditParams] → Accepted; applied by `workspace/applyEdit`
    GENERATE = "autocrea.server.generate"  # [GenerateParams] → Generated; applied by `workspace/applyEdit`
    EXPLAIN = "autocrea.server.explain"  # [ExplainParams] → Explanation; shown by `window/showDocument` or a message
    CHAT = "autocrea.server.chat"  # [ChatParams] → ChatAnswer; shown likewise
    COMMIT_MESSAGE = "autocrea.server.commitMessage"  # [CommitMessageParams?] → CommitMessage; shown likewise
    PREVIEW = "autocrea.server.preview"  # [PreviewParams] → PromptPreview
    LAST_PROMPT = "autocrea.server.lastPrompt"  # [LastPromptParams?] → PromptPreview
    PROPOSAL_ACCEPT = "autocrea.server.proposal.accept"  # [HunksParams] → Accepted; applied by `workspace/applyEdit`
    PROPOSAL_REJECT = "autocrea.server.proposal.reject"  # [HunksParams] → Proposal
    DEPLOY = "autocrea.server.deploy"  # [DeployParams?] → DeployAnswer, at once; progress and messages follow
    DEPLOY_CANCEL = "autocrea.server.deploy.cancel"  # [DeploymentActParams?] → DeployActAnswer; null: the newest
    DEPLOY_STATUS = "autocrea.server.deploy.status"  # [DeploymentActParams?] → Deployment | null
    DEPLOY_LOGS = "autocrea.server.deploy.logs"  # [DeployLogsParams?] → DeployLog
    DEPLOY_ROLLBACK = "autocrea.server.deploy.rollback"  # [DeploymentActParams?] → DeployActAnswer
    DEPLOY_PROMOTE = "autocrea.server.deploy.promote"  # [DeploymentParams] → DeployActAnswer
    DEPLOY_REDEPLOY = "autocrea.server.deploy.redeploy"  # [DeploymentActParams?] → DeployActAnswer
    DEPLOY_LIST = "autocrea.server.deploy.list"  # [DeployListParams?] → Deployments
    DEPLOY_LATEST = "autocrea.server.deploy.latest"  # [DeployListParams?] → Deployment | null; the last success
    DEPLOY_STATS = "autocrea.server.deploy.stats"  # [DeployListParams?] → DeployStats
    DEPLOY_OPEN = "autocrea.server.deploy.open"  # [DeploymentActParams?] → DeployActAnswer; opens the URL
    DEPLOY_LINK = "autocrea.server.deploy.link"  # [DeployLinkParams] → DeployActAnswer
    DEPLOY_ENV_PULL = "autocrea.server.deploy.envPull"  # [DeployEnvParams] → DeployActAnswer; names, never values
    DEPLOY_HOSTS = "autocrea.server.deploy.hosts"  # [DeployHostsParams?] → DeployHosts
    DEPLOY_FORGET = "autocrea.server.deploy.forget"  # [DeployHostsParams?] → DeployActAnswer: the choice for a folder


class EditorCommand:
    """Commands of code actions that our own editors run themselves; sent to clients that know our messages only."""

    REFACTOR = "autocrea.refactor"  # [EditParams without instruction]: ask for one, send `autocrea/edit`, show it
    FIX_ALL = "autocrea.fixAll"  # [EditParams without diagnostics]: add the file's, send `autocrea/edit`, apply or show
    EXPLAIN = "autocrea.explain"  # [ExplainParams]: send `autocrea/explain`, show the answer
    GENERATE = "autocrea.generate"  # [GenerateParams without prompt]: ask for one, send `autocrea/generate`, show it
    REVIEW = "autocrea.review"  # [ProposalParams]: show that proposal, to accept or reject by hunk
    APPLIED = "autocrea.applied"  # [FixApplied]: say whether the diagnostics went, else offer undo
