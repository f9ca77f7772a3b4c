/** Installing the embedded model, with a notification that can be cancelled. */

import { ProgressLocation, window } from 'vscode';
import { ExecuteCommandRequest, WorkDoneProgress, type LanguageClient } from 'vscode-languageclient/node';

import { isCancellation } from './act/cancellation.ts';
import { Command, type Installed, type InstallParams } from './wire.ts';

/** Resolves when the model is there; undefined when the user cancelled. */
export async function installModel(client: LanguageClient): Promise<Installed | undefined> {
  const options = { location: ProgressLocation.Notification, title: 'AUTOCREA: embedded model', cancellable: true };
  return window.withProgress(options, async (progress, token) => {
    const workDoneToken = crypto.randomUUID();
    let done = 0;
    // Our own notification instead of the client's: that one sits in the status bar and has no Cancel button.
    const listening = client.onProgress(WorkDoneProgress.type, workDoneToken, (value) => {
      if (value.kind === 'end') return;
      const percentage = value.percentage ?? done;
      progress.report({ increment: Math.max(0, percentage - done), ...messageOf(value.message) });
      done = Math.max(done, percentage);
    });
    const params: InstallParams = { source: null };
    try {
      return (await client.sendRequest(
        ExecuteCommandRequest.type,
        { command: Command.MODEL_INSTALL, arguments: [params], workDoneToken },
        token,
      )) as Installed;
    } catch (error) {
      if (token.isCancellationRequested && isCancellation(error)) return undefined;
      throw error;
    } finally {
      listening.dispose();
    }
  });
}

function messageOf(message: string | undefined): { message?: string } {
  return message === undefined ? {} : { message };
}
