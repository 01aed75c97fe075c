import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { BoxProcess } from './state.ts';

interface Claim {
  readonly gpu: string;
  readonly mib: number;
  readonly name: string;
}

/**
 * The processes that say in a file of that folder how much of a GPU they use. Each holds a lock (flock) on its file as
 * long as it lives, so that its memory goes with it, however it ends; the kernel tells whose lock it is (proc_locks(5)).
 */
export function claimedProcesses(folder: string): readonly BoxProcess[] {
  const owners = lockOwners();
  // a name with a dot is one that is not whole yet
  const names = readdirSync(folder).filter((name) => !name.startsWith('.'));
  return names.flatMap((name) => {
    const path = join(folder, name);
    const pid = owners.get(statSync(path).ino);
    if (pid === undefined) return [];
    return (JSON.parse(readFileSync(path, 'utf8')) as readonly Claim[]).map((claim) => ({ ...claim, pid }));
  });
}

/** Process by the number of the file that it has locked. */
function lockOwners(): ReadonlyMap<number, number> {
  const lines = readFileSync('/proc/locks', 'utf8').split('\n');
  return new Map(
    lines.flatMap((line) => {
      const [, kind, , mode, pid, file] = line.split(/\s+/);
      return kind === 'FLOCK' && mode === 'WRITE'
        ? [[Number(file?.split(':')[2]), Number(pid)] as const]
        : [];
    }),
  );
}
