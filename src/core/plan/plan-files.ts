import type { DesiredState } from '../domain/desired-state.ts';
import type { Observed } from '../domain/observed.ts';
import { sha256Hex } from '../hash.ts';
import type { Step } from './operation.ts';

/** Returns the secrets, files and directories to write, in this order. */
export function planFiles(desired: DesiredState, observed: Observed): readonly Step[] {
  return [
    ...differences(desired.secrets, observed.secrets).map(
      ([name, before]): Step => ({
        kind: 'write-secret',
        name,
        change: before === undefined ? 'create' : 'update',
        cause: before === undefined ? 'does not exist' : 'its value changed',
        destructive: false,
      }),
    ),
    ...differences(hashes(desired.files), observed.files).map(
      ([path, before]): Step => ({
        kind: 'write-file',
        path,
        change: before === undefined ? 'create' : 'update',
        cause: before === undefined ? 'does not exist' : 'its content changes',
        destructive: false,
      }),
    ),
    ...desired.stack.directories
      .filter(({ path }) => !observed.directories.has(path))
      .map(
        ({ holds, path }): Step => ({
          kind: 'create-directory',
          holds,
          path,
          cause: 'does not exist',
          destructive: false,
        }),
      ),
  ];
}

/** Returns the names of the secrets whose copy on disk is missing or differs. */
export function changedSecrets(desired: DesiredState, observed: Observed): ReadonlySet<string> {
  return new Set(differences(desired.secrets, observed.secrets).map(([name]) => name));
}

/** Returns the desired entries that differ, sorted by key, each with its present value. */
function differences(
  desired: ReadonlyMap<string, string>,
  present: ReadonlyMap<string, string>,
): [key: string, before: string | undefined][] {
  return [...desired]
    .filter(([key, hash]) => present.get(key) !== hash)
    .map(([key]): [string, string | undefined] => [key, present.get(key)])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function hashes(files: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...files].map(([path, text]) => [path, sha256Hex(text)]));
}
