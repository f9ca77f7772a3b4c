// What scenarios of the assistant's acts share.
import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';

import { SERVER, SHOTS } from './paths.mjs';
import { until } from './until.mjs';

/** The answer that is an edit: an object of the form that the server asks for. */
export function edits(file, changes, explanation = 'Done.') {
  return JSON.stringify({ explanation, edits: changes.map(([old, fresh]) => ({ path: file, old, new: fresh })) });
}

/** Picks the fix of the problem on the second line from the menu of code actions. */
export async function fixHere(wb, name) {
  await wb.editor(name).first().locator('.squiggly-error').first().waitFor();
  await wb.goTo(2, 24);
  await offered(wb, 'JoxCoder: fix “');
}

/** Opens the menu of the light bulb at that place, once it has that action. */
export async function openBulb(wb, editor, line, column, title) {
  const bulb = editor.locator('.lightBulbWidget');
  await until('the menu of the bulb', async () => {
    // It stands on the line before for a moment, until the problem has been looked at, and may move from under the
    // mouse: then the text was clicked, and the cursor is elsewhere. A click of the mouse alone: Playwright's would
    // scroll to a bulb that hides, and leave the editor so.
    await wb.press('Escape');
    await wb.goTo(line, column);
    await bulb.waitFor({ timeout: 5000 });
    const box = await bulb.boundingBox();
    if (box === null || box.height === 0) return false;
    await wb.page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
    await wb.actions.filter({ hasText: title }).first().waitFor({ timeout: 2000 });
    return true;
  });
}

/** Picks a code action at the cursor once it is offered. */
export async function offered(wb, title) {
  await until(`“${title}” to be offered`, async () => {
    await wb.press('Escape'); // a menu that comes late would take the same key for a yes
    await wb.press('Control+.');
    await wb.actions.first().waitFor({ timeout: 10_000 });
    if ((await wb.actions.filter({ hasText: title }).count()) > 0) return true;
    await wb.press('Escape');
    return false;
  });
  await wb.pickAction(title);
}

/** Sends a message in the chat. */
export async function ask(page, message) {
  await page.getByLabel('Message').fill(message);
  await page.getByLabel('Message').press('Enter');
}

export function isProgress(text) {
  return text.includes('Cancel');
}

/** What the server has counted. */
export function usage(sandbox) {
  return JSON.parse(execFileSync(SERVER, ['stats', '--json'], { env: sandbox.env, encoding: 'utf8' }));
}

/** Keeps a picture of the window. */
export async function shot(wb, name) {
  fs.mkdirSync(SHOTS, { recursive: true });
  await wb.page.screenshot({ path: path.join(SHOTS, `acts-${name}.png`) });
}
