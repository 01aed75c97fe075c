import { createHash } from 'node:crypto';
import type { Desired } from '../domain/desired.ts';
import type { Observed } from '../domain/observed.ts';
import type { Operation } from './operation.ts';

/** Secrets first: the Compose file names them. */
export function planFiles(desired: Desired, observed: Observed): Operation[] {
  return [
    ...differences(desired.secrets, observed.secrets).map(
      ([name, before]): Operation => ({
        kind: 'write-secret',
        name,
        change: before === undefined ? 'create' : 'update',
        cause: before === undefined ? 'not there' : 'its value changed',
        destructive: false,
      }),
    ),
    ...differences(hashes(desired.files), observed.files).map(
      ([path, before]): Operation => ({
        kind: 'write-file',
        path,
        change: before === undefined ? 'create' : 'update',
        cause: before === undefined ? 'not there' : 'its content changes',
        destructive: false,
      }),
    ),
  ];
}

/** Names of the secrets whose copy on disk is missing or differs. */
export function changedSecrets(desired: Desired, observed: Observed): ReadonlySet<string> {
  return new Set(differences(desired.secrets, observed.secrets).map(([name]) => name));
}

/** The wanted entries that differ, sorted by key, each with what is there now. */
function differences(
  wanted: ReadonlyMap<string, string>,
  present: ReadonlyMap<string, string>,
): [key: string, before: string | undefined][] {
  return [...wanted]
    .filter(([key, hash]) => present.get(key) !== hash)
    .map(([key]): [string, string | undefined] => [key, present.get(key)])
    .sort(([a], [b]) => (a < b ? -1 : 1));
}

function hashes(files: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...files].map(([path, text]) => [path, createHash('sha256').update(text).digest('hex')]));
}
