import { chmodSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { judgeProgram } from '../judges/judge-program.ts';
import { runProcess } from '../process/run-process.ts';

/** Creates a key without a passphrase, or replaces it. Returns its public part: the algorithm and the key. */
export async function makeKey(path: string): Promise<string> {
  rmSync(path, { force: true });
  const keygen = judgeProgram('openssh', 'ssh-keygen');
  const { code, stderr } = await runProcess(keygen, ['-q', '-t', 'ed25519', '-N', '', '-C', '', '-f', path]);
  if (code !== 0) throw new Error(`ssh-keygen: ${stderr}`);
  return readFileSync(`${path}.pub`, 'utf8').trim();
}

interface ServerFiles {
  readonly port: number;
  readonly home: string;
  /** PATH of the commands */
  readonly path: string;
  readonly authorizedKeys: string;
  /** lines that win: sshd takes the first value of an option */
  readonly first: readonly string[];
}

/** Writes `sshd_config`, and a `passwd` and `shadow` with root and the account of sshd; `shadow` has no password at all. */
export function writeServerFiles(
  folder: string,
  { port, home, path, authorizedKeys, first }: ServerFiles,
): void {
  const config = [
    ...first,
    `ListenAddress 127.0.0.1:${port}`,
    `HostKey ${join(folder, 'host_key')}`,
    `AuthorizedKeysFile ${authorizedKeys}`,
    // the directory is below /tmp, where every user may write
    'StrictModes no',
    'PermitRootLogin yes',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PidFile none',
    `SetEnv "PATH=${path}"`,
    'LogLevel VERBOSE',
  ];
  writeFileSync(join(folder, 'sshd_config'), `${config.join('\n')}\n`);
  writeFileSync(
    join(folder, 'passwd'),
    `root:x:0:0:root:${home}:/bin/bash\nsshd:x:101:65534::/run/sshd:/usr/sbin/nologin\n`,
  );
  writeFileSync(join(folder, 'shadow'), 'root:*:20000:0:99999:7:::\nsshd:*:20000:0:99999:7:::\n');
  chmodSync(join(folder, 'shadow'), 0o600);
}
