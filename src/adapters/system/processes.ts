import { readFile, readlink } from 'node:fs/promises';
import { hostname, userInfo } from 'node:os';
import type { ProcessIdentity } from '../../core/domain/lock.ts';
import type { Processes } from '../../ports/processes.ts';

/** The processes of this machine. Facts of /proc are null on systems without it. */
export const systemProcesses: Processes = {
  self: async (): Promise<ProcessIdentity> => {
    const [machine, boot, pidNamespace, stat] = await Promise.all([
      textOf('/etc/machine-id'),
      textOf('/proc/sys/kernel/random/boot_id'),
      readlink('/proc/self/ns/pid').catch(() => null),
      statOf(process.pid),
    ]);
    const startTime = stat?.startTime ?? null;
    return { host: hostname(), machine, boot, pidNamespace, pid: process.pid, startTime, user: userName() };
  },

  isRunning: async ({ pid, startTime }) => {
    if (!exists(pid)) return false;
    const stat = await statOf(pid);
    // hidden from this user, or a system without /proc
    if (stat === null) return exists(pid);
    if (ENDED.has(stat.state)) return false;
    return startTime === null || stat.startTime === startTime;
  },
};

/** States of processes that ended: zombie and dead. */
const ENDED = new Set(['Z', 'X', 'x']);

interface Stat {
  readonly state: string;
  /** clock ticks after boot */
  readonly startTime: string;
}

/** Fields of /proc/PID/stat after the name, which may contain spaces and parentheses: proc_pid_stat(5), fields 3 and 22. */
async function statOf(pid: number): Promise<Stat | null> {
  const text = await textOf(`/proc/${pid}/stat`);
  if (text === null) return null;
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, startTime] = [fields[0], fields[19]];
  return state === undefined || startTime === undefined ? null : { state, startTime };
}

/** Returns whether a process has this PID; a process of another user rejects the signal, but exists. */
function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function textOf(path: string): Promise<string | null> {
  const text = await readFile(path, 'utf8').catch(() => '');
  return text.trim() === '' ? null : text.trim();
}

function userName(): string {
  try {
    return userInfo().username;
  } catch {
    // a user id without an entry in the password file
    return `uid ${process.getuid?.() ?? 'unknown'}`;
  }
}
