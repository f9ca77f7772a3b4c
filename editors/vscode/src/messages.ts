/** Our own messages that carry an answer or come from the server, typed; their names and shapes are those of wire.ts. */

import { NotificationType, ProgressType, RequestType } from 'vscode-languageclient/node';

import {
  Method,
  type Accepted,
  type ChatAnswer,
  type ChatForgetParams,
  type ChatParams,
  type ChatSessions,
  type ChatSessionsParams,
  type CommitMessage,
  type CommitMessageParams,
  type Credentials,
  type CredentialsParams,
  type DeployEnvironment,
  type DeployEnvironmentParams,
  type DeployEvent,
  type EditParams,
  type ExplainParams,
  type Explanation,
  type Generated,
  type GenerateParams,
  type HunksParams,
  type LastPromptParams,
  type PreviewParams,
  type PromptPreview,
  type Proposal,
  type ProposalParams,
  type Proposals,
  type ProposalsParams,
  type RegenerateParams,
  type Status,
  type StatusChangedParams,
  type StatusParams,
  type TextChunk,
} from './wire.ts';

export const StatusRequest = new RequestType<StatusParams, Status, void>(Method.STATUS);
export const StatusChanged = new NotificationType<StatusChangedParams>(Method.STATUS_CHANGED);
export const CredentialsRequest = new RequestType<CredentialsParams, Credentials, void>(Method.CREDENTIALS);

export const DeployHappened = new NotificationType<DeployEvent>(Method.DEPLOY_EVENT);
export const DeployEnvironmentRequest = new RequestType<DeployEnvironmentParams, DeployEnvironment, void>(
  Method.DEPLOY_ENVIRONMENT,
);

export const EditRequest = new RequestType<EditParams, Proposal, void>(Method.EDIT);
export const GenerateRequest = new RequestType<GenerateParams, Generated, void>(Method.GENERATE);
export const ExplainRequest = new RequestType<ExplainParams, Explanation, void>(Method.EXPLAIN);
export const ChatRequest = new RequestType<ChatParams, ChatAnswer, void>(Method.CHAT);
export const ChatSessionsRequest = new RequestType<ChatSessionsParams, ChatSessions, void>(Method.CHAT_SESSIONS);
export const ChatForgetRequest = new RequestType<ChatForgetParams, null, void>(Method.CHAT_FORGET);
export const CommitMessageRequest = new RequestType<CommitMessageParams, CommitMessage, void>(Method.COMMIT_MESSAGE);
export const PreviewRequest = new RequestType<PreviewParams, PromptPreview, void>(Method.PREVIEW);
export const LastPromptRequest = new RequestType<LastPromptParams, PromptPreview, void>(Method.LAST_PROMPT);
export const ProposalsRequest = new RequestType<ProposalsParams, Proposals, void>(Method.PROPOSALS);
export const ProposalRequest = new RequestType<ProposalParams, Proposal, void>(Method.PROPOSAL);
export const AcceptRequest = new RequestType<HunksParams, Accepted, void>(Method.PROPOSAL_ACCEPT);
export const RejectRequest = new RequestType<HunksParams, Proposal, void>(Method.PROPOSAL_REJECT);
export const RegenerateRequest = new RequestType<RegenerateParams, Proposal, void>(Method.PROPOSAL_REGENERATE);

/** What a request with a `partialResultToken` sends while it runs. */
export const Streamed = new ProgressType<TextChunk>();
