/** Proposals in diff editors: shown, accepted, rejected and made anew. Which of their changes wait is the server's to say. */

import type { Uri} from 'vscode';
import { commands, languages, TabInputTextDiff, window, workspace, type Disposable, type Tab } from 'vscode';
import type { LanguageClient } from 'vscode-languageclient/node';

import { withCancel } from '../act/stream.ts';
import { AcceptRequest, ProposalRequest, RegenerateRequest, RejectRequest } from '../messages.ts';
import type { Proposal, ProposedFile } from '../wire.ts';
import { SCHEME } from './address.ts';
import { applyEdit } from './apply.ts';
import { Documents } from './documents.ts';
import { pendingCount, pendingPlaces, placeAt } from './hunks.ts';
import { title } from './labels.ts';
import { Lenses, type HunkRef } from './lenses.ts';

const STALE = 'JoxCoder: the document has changed since, so nothing was applied. Ask for it once more.';

const NOTE_MS = 4000; // how long a note stays in the status bar

export class ProposalView implements Disposable {
  readonly #connection: () => Promise<LanguageClient>;
  readonly #documents = new Documents();
  readonly #lenses = new Lenses(this.#documents);
  readonly #disposables: { dispose(): unknown }[];
  /** Answers are worked off one after the other: two clicks in a row are two acts on what the first one left. */
  #queue: Promise<unknown> = Promise.resolve();

  constructor(connection: () => Promise<LanguageClient>) {
    this.#connection = connection;
    this.#disposables = [
      this.#documents,
      this.#lenses,
      workspace.registerTextDocumentContentProvider(SCHEME, this.#documents),
      languages.registerCodeLensProvider({ scheme: SCHEME }, this.#lenses),
      window.tabGroups.onDidChangeTabs(() => {
        this.#updateContext();
      }),
      window.tabGroups.onDidChangeTabGroups(() => {
        this.#updateContext();
      }),
    ];
  }

  /** Opens a diff editor for each file, the first one in front. */
  async show(proposal: Proposal): Promise<void> {
    if (pendingCount(proposal) === 0) {
      await this.#done(proposal);
      void window.showInformationMessage(`JoxCoder: ${proposal.title}: nothing to change.`);
      return;
    }
    this.#set(proposal);
    for (const file of [...proposal.files].reverse()) await this.#open(proposal, file);
    this.#updateContext();
  }

  /** Shows the one that the server keeps under that id. */
  async review(id: string): Promise<void> {
    const client = await this.#connection();
    await this.show(await client.sendRequest(ProposalRequest, { id }));
  }

  /** Of the proposal in front when none is named. */
  explanation(id: string | undefined): Proposal | undefined {
    return id === undefined ? this.#inFront()?.proposal : this.#documents.get(id);
  }

  /** Applies all of it without showing it first; when the document has changed meanwhile, false, and what waits is shown. */
  async take(proposal: Proposal): Promise<boolean> {
    const client = await this.#connection();
    const { edit } = await client.sendRequest(AcceptRequest, { id: proposal.id, hunks: null });
    if (await applyEdit(client, edit)) return true;
    void window.showWarningMessage(STALE);
    const left = await client.sendRequest(ProposalRequest, { id: proposal.id });
    if (pendingCount(left) > 0) await this.show(left);
    return false;
  }

  accept(ref: HunkRef | undefined, all = false): Promise<void> {
    return this.#act(ref, all, async (client, params) => {
      const { edit, proposal } = await client.sendRequest(AcceptRequest, params);
      if (await applyEdit(client, edit)) return proposal;
      void window.showWarningMessage(STALE);
      return client.sendRequest(ProposalRequest, { id: params.id }); // asked, the server notices that nothing was applied
    });
  }

  reject(ref: HunkRef | undefined, all = false): Promise<void> {
    return this.#act(ref, all, (client, params) => client.sendRequest(RejectRequest, params));
  }

  /** One change, and the others stay; without a name all of the proposal in front, which another one takes the place of. */
  async regenerate(ref: HunkRef | undefined): Promise<void> {
    const proposal = ref === undefined ? this.#inFront()?.proposal : this.#documents.get(ref.proposal);
    if (proposal === undefined || (ref !== undefined && this.#isGone(ref))) return;
    const instruction = await window.showInputBox({
      title: proposal.title,
      prompt: 'What should be different? Leave it empty to just try again.',
    });
    if (instruction === undefined) return;
    const client = await this.#connection();
    const params = { id: proposal.id, hunk: ref?.hunk ?? null, instruction: instruction.trim() === '' ? null : instruction };
    const made = await withCancel(proposal.title, (token) => client.sendRequest(RegenerateRequest, params, token));
    if (made === undefined) return;
    if (made.id === proposal.id) {
      // Others may have been decided while it was made.
      await this.#inTurn(async () => this.#render(await client.sendRequest(ProposalRequest, { id: made.id })));
      return;
    }
    await this.#done(proposal);
    await this.show(made);
  }

  dispose(): void {
    for (const disposable of this.#disposables.splice(0)) disposable.dispose();
  }

  async #act(
    ref: HunkRef | undefined,
    all: boolean,
    ask: (client: LanguageClient, params: { id: string; hunks: string[] | null }) => Promise<Proposal>,
  ): Promise<void> {
    await this.#inTurn(async () => {
      const named = ref ?? this.#hunkInFront();
      if (named === undefined || (!all && this.#isGone(named))) return;
      const client = await this.#connection();
      const left = await ask(client, { id: named.proposal, hunks: all ? null : [named.hunk] });
      await this.#render(left);
    });
  }

  async #inTurn(run: () => Promise<void>): Promise<void> {
    const turn = this.#queue.then(run);
    this.#queue = turn.catch(() => undefined);
    await turn;
  }

  /** Shows what is left of one that is on the screen. */
  async #render(left: Proposal): Promise<void> {
    if (pendingCount(left) === 0) await this.#done(left);
    else this.#set(left);
    this.#updateContext();
  }

  /** A click on a button that was about to go: the change over which it stood was decided or made anew. */
  #isGone({ proposal, hunk }: HunkRef): boolean {
    const files = this.#documents.get(proposal)?.files ?? [];
    if (files.some((file) => file.hunks.some(({ id, state }) => id === hunk && state === 'pending'))) return false;
    window.setStatusBarMessage('JoxCoder: that change is decided, or another one by now', NOTE_MS);
    this.#lenses.refresh();
    return true;
  }

  /** The change under the cursor of the diff editor in front. */
  #hunkInFront(): HunkRef | undefined {
    const shown = this.#inFront();
    if (shown === undefined) return undefined;
    const { proposal, file, uri } = shown;
    const editor = window.visibleTextEditors.find(({ document }) => document.uri.toString() === uri.toString());
    const place = placeAt(pendingPlaces(file), editor?.selection.active.line ?? 0);
    const other = proposal.files.flatMap(pendingPlaces)[0];
    const hunk = (place ?? other)?.hunk.id;
    return hunk === undefined ? undefined : { proposal: proposal.id, hunk };
  }

  #inFront(): { proposal: Proposal; file: ProposedFile; uri: Uri } | undefined {
    const uri = rightSide(window.tabGroups.activeTabGroup.activeTab);
    const shown = uri && this.#documents.at(uri);
    return uri && shown && { proposal: shown.proposal, file: shown.file, uri };
  }

  #set(proposal: Proposal): void {
    this.#documents.set(proposal);
    this.#lenses.refresh();
  }

  async #open(proposal: Proposal, file: ProposedFile): Promise<void> {
    const [left, right] = (['original', 'proposed'] as const).map((side) =>
      Documents.uri({ proposal: proposal.id, uri: file.uri, side }),
    );
    if (left === undefined || right === undefined) return;
    for (const uri of [left, right]) {
      const document = await workspace.openTextDocument(uri);
      // A file whose name does not tell its language.
      const known = document.languageId === file.languageId || file.languageId === '';
      if (!known) await languages.setTextDocumentLanguage(document, file.languageId).then(undefined, () => undefined);
    }
    await commands.executeCommand('vscode.diff', left, right, title(proposal, file), { preview: false });
  }

  /** Nothing of it waits any more: its editors close. */
  async #done(proposal: Proposal): Promise<void> {
    const tabs = window.tabGroups.all.flatMap((group) => group.tabs);
    const ours = tabs.filter((tab) => {
      const uri = rightSide(tab);
      return uri !== undefined && this.#documents.at(uri)?.proposal.id === proposal.id;
    });
    if (ours.length > 0) await window.tabGroups.close(ours);
    this.#documents.forget(proposal.id);
    this.#lenses.refresh();
  }

  #updateContext(): void {
    const shown = this.#inFront();
    const has = shown !== undefined && pendingCount(shown.proposal) > 0;
    void commands.executeCommand('setContext', 'autocrea.hasProposal', has);
  }
}

function rightSide(tab: Tab | undefined): Uri | undefined {
  return tab?.input instanceof TabInputTextDiff && tab.input.modified.scheme === SCHEME ? tab.input.modified : undefined;
}
