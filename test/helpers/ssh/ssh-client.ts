import { appendFileSync, chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { judgeProgram } from '../judges/judge-program.ts';
import { makeKey } from './ssh-files.ts';

/** A user with their own OpenSSH client, key and configuration; the files of the user who runs the tests are not read. */
export interface SshClient {
  /** a directory for the front of PATH: its `ssh` reads `config` instead of ~/.ssh/config */
  readonly bin: string;
  /** the user's configuration of ssh; a test may append to it */
  readonly config: string;
  readonly knownHosts: string;
  /** the private key; the public one is next to it */
  readonly identity: string;
  /** Adds the host key of a server on loopback to the known hosts. */
  readonly trust: (port: number, hostKey: string) => void;
}

/** Creates a client with its files in this directory. OpenSSH reads the home directory from /etc/passwd, so HOME cannot lead it there. */
export async function sshClient(folder: string): Promise<SshClient> {
  const bin = join(folder, 'bin');
  const config = join(folder, 'ssh_config');
  const knownHosts = join(folder, 'known_hosts');
  const identity = join(folder, 'id');
  await makeKey(identity);
  writeFileSync(knownHosts, '');
  const files = [`IdentityFile ${identity}`, 'IdentitiesOnly yes', `UserKnownHostsFile ${knownHosts}`];
  writeFileSync(config, `${files.join('\n')}\n`);
  mkdirSync(bin);
  for (const name of ['ssh', 'ssh-keygen', 'ssh-keyscan']) {
    const options = name === 'ssh' ? `-F '${config}' ` : '';
    writeFileSync(join(bin, name), `#!/bin/sh\nexec '${judgeProgram('openssh', name)}' ${options}"$@"\n`);
    chmodSync(join(bin, name), 0o755);
  }
  return {
    bin,
    config,
    knownHosts,
    identity,
    trust: (port, hostKey) => appendFileSync(knownHosts, `[127.0.0.1]:${port} ${hostKey}\n`),
  };
}
