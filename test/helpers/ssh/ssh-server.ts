import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { vi } from 'vitest';
import { tempFolder } from '../files/temp-folder.ts';
import { judgeProgram } from '../judges/judge-program.ts';
import { PATIENCE } from '../patience.ts';
import { startCommand } from '../process/program.ts';
import { runProcess } from '../process/run-process.ts';
import { freePort } from '../stack/free-port.ts';
import { type SshClient, sshClient } from './ssh-client.ts';
import { makeKey, writeServerFiles } from './ssh-files.ts';

export interface SshServerOptions {
  /** lines of sshd_config that win over those of the helper, e.g. `MaxStartups 3:100:3` */
  readonly config?: readonly string[];
  /** directories first on PATH of the commands that run on the server */
  readonly path?: readonly string[];
  /** what ~/.bashrc contains: bash reads it for every command over SSH */
  readonly bashrc?: string;
}

/** A real OpenSSH server on loopback, and a client that knows its host key and may log in as root. */
export interface SshServer extends SshClient {
  readonly port: number;
  /** `ssh://root@127.0.0.1:PORT` */
  readonly address: string;
  /** the home directory of root on the server */
  readonly home: string;
  /** Returns the log of the server, of all its starts. */
  readonly log: () => string;
  /** Ends the server and all commands that it runs, as when the machine loses its power. */
  readonly kill: () => Promise<void>;
  /** Starts it again on the same port. */
  readonly start: () => Promise<void>;
  /** Stops all its processes until `thaw`: connections stay open, and nothing answers. */
  readonly freeze: () => Promise<void>;
  readonly thaw: () => Promise<void>;
  /** Restarts it with another host key. */
  readonly newHostKey: () => Promise<void>;
}

// The account that sshd needs and its directory exist only in this mount namespace. It ends with the process that started it.
const START = [
  'setpriv',
  '--pdeathsig',
  'KILL',
  'unshare',
  '--mount',
  '--pid',
  '--fork',
  '--kill-child',
] as const;
const INSIDE = `
set -eu
cd "$0"
mount --make-rprivate /
mount -t proc proc /proc
mount -t tmpfs -o mode=755 tmpfs /run
mkdir /run/sshd
mount --bind passwd /etc/passwd
mount --bind shadow /etc/shadow
exec "$1" -D -f "$0/sshd_config" -E "$0/sshd.log"
`;

/** Starts a server, which ends with the test. Needs root and `scripts/judges.sh openssh`. */
export async function startSshServer(options: SshServerOptions = {}): Promise<SshServer> {
  const folder = tempFolder();
  const home = join(folder, 'server-home');
  const port = await freePort();
  const client = await sshClient(folder);
  mkdirSync(home);
  if (options.bashrc !== undefined) writeFileSync(join(home, '.bashrc'), options.bashrc);
  const hostKey = await makeKey(join(folder, 'host_key'));
  const path = [...(options.path ?? []), process.env['PATH'] ?? ''].join(delimiter);
  const authorizedKeys = `${client.identity}.pub`;
  writeServerFiles(folder, { port, home, path, authorizedKeys, first: options.config ?? [] });
  client.trust(port, hostKey);
  let running = await launch(folder);
  const kill = async (): Promise<void> => {
    running.child.kill('SIGKILL');
    await running.ended;
  };
  const start = async (): Promise<void> => {
    running = await launch(folder);
  };
  return {
    ...client,
    port,
    address: `ssh://root@127.0.0.1:${port}`,
    home,
    log: () => logOf(folder),
    kill,
    start,
    freeze: async () => signalAll(running.child.pid, 'STOP'),
    thaw: async () => signalAll(running.child.pid, 'CONT'),
    newHostKey: async () => {
      await makeKey(join(folder, 'host_key'));
      await kill();
      await start();
    },
  };
}

async function launch(folder: string) {
  const before = starts(folder);
  const command = [...START, 'sh', '-c', INSIDE, folder, judgeProgram('openssh', 'sshd')] as const;
  const running = startCommand(command);
  const failed = running.ended.then(({ stderr }) => {
    throw new Error(`sshd did not start: ${stderr}${logOf(folder)}`);
  });
  failed.catch(() => undefined);
  const listens = vi.waitUntil(() => starts(folder) > before, { ...PATIENCE, interval: 10 });
  await Promise.race([listens, failed]);
  return running;
}

const starts = (folder: string): number => logOf(folder).split('Server listening').length;

function logOf(folder: string): string {
  try {
    return readFileSync(join(folder, 'sshd.log'), 'utf8');
  } catch {
    return '';
  }
}

/** Signals every process of a PID namespace: the first one from outside, the others from within. */
async function signalAll(outside: number | undefined, signal: 'STOP' | 'CONT'): Promise<void> {
  const first = readFileSync(`/proc/${outside}/task/${outside}/children`, 'utf8').trim();
  process.kill(Number(first), `SIG${signal}`);
  await runProcess('nsenter', ['--target', first, '--pid', 'kill', `-${signal}`, '--', '-1']);
}
