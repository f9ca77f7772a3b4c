/** Our own messages, typed; their names and shapes are those of wire.ts. */

import { NotificationType, RequestType } from 'vscode-languageclient/node';

import {
  Method,
  type Credentials,
  type CredentialsChangedParams,
  type CredentialsParams,
  type Status,
  type StatusChangedParams,
  type StatusParams,
  type TrustParams,
} from './wire.ts';

export const StatusRequest = new RequestType<StatusParams, Status, void>(Method.STATUS);
export const StatusChanged = new NotificationType<StatusChangedParams>(Method.STATUS_CHANGED);
export const TrustChanged = new NotificationType<TrustParams>(Method.TRUST);
export const CredentialsRequest = new RequestType<CredentialsParams, Credentials, void>(Method.CREDENTIALS);
export const CredentialsChanged = new NotificationType<CredentialsChangedParams>(Method.CREDENTIALS_CHANGED);
