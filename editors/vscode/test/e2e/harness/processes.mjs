// Which processes serve a sandbox: those that run its link to the language server, and do not only tell its version.
import fs from 'node:fs';

export function processesOf(sandbox) {
  return fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => commandLine(pid).includes(sandbox.program) && !commandLine(pid).includes('--version'))
    .map(Number);
}

export function commandLine(pid) {
  try {
    return fs.readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return []; // it ended meanwhile
  }
}
