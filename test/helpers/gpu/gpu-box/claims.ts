import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { BoxProcess } from './state.ts';

interface Claim {
  readonly gpu: string;
  readonly mib: number;
  readonly name: string;
}

/**
 * Returns the processes that declare their GPU memory in a file of that directory. Each keeps its file locked (flock)
 * while it runs, so its memory is freed however it exits; the kernel lists the lock owners (proc_locks(5)).
 */
export function claimedProcesses(folder: string): readonly BoxProcess[] {
  const owners = lockOwners();
  // a name with a dot is a file that is not complete yet
  const names = readdirSync(folder).filter((name) => !name.startsWith('.'));
  return names.flatMap((name) => {
    const path = join(folder, name);
    const pid = owners.get(statSync(path).ino);
    if (pid === undefined) return [];
    return (JSON.parse(readFileSync(path, 'utf8')) as readonly Claim[]).map((claim) => ({ ...claim, pid }));
  });
}

/** Returns PIDs by the inode of the locked file. */
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
