/** Our own messages that carry an answer or come from the server, typed; their names and shapes are those of wire.ts. */

import { NotificationType, RequestType } from 'vscode-languageclient/node';

import {
  Method,
  type Credentials,
  type CredentialsParams,
  type Status,
  type StatusChangedParams,
  type StatusParams,
} from './wire.ts';

export const StatusRequest = new RequestType<StatusParams, Status, void>(Method.STATUS);
export const StatusChanged = new NotificationType<StatusChangedParams>(Method.STATUS_CHANGED);
export const CredentialsRequest = new RequestType<CredentialsParams, Credentials, void>(Method.CREDENTIALS);
