import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AtEnd } from '../at-end.ts';
import { tempFolder } from '../files/temp-folder.ts';
import { judgeProgram } from '../judges/judge-program.ts';
import { CHECKOUT } from '../stack/engine-script.ts';
import type { HostName } from './test-host.ts';

/** An `ssh` with which hosts lose their power when rma begins something there. */
export interface PowerLoss {
  /** PATH with this `ssh` first */
  readonly path: string;
  /** The host loses its power at a command that matches a pattern of bash, before it starts there. */
  readonly atCommand: (host: HostName, pattern: string) => void;
  /** The host loses its power at a request to its engine that contains a text, before it arrives there. */
  readonly atRequest: (host: HostName, text: string) => void;
  /** Returns whether the host lost its power so. */
  readonly struck: (host: HostName) => boolean;
}

/** Makes such an `ssh`: the real one, with a look at what it sends. */
export function powerLoss(atEnd: AtEnd): PowerLoss {
  const folder = tempFolder(atEnd);
  const bin = join(folder, 'bin');
  mkdirSync(bin);
  writeFileSync(join(folder, 'watch.mjs'), WATCH);
  writeFileSync(join(bin, 'ssh'), SSH);
  chmodSync(join(bin, 'ssh'), 0o755);
  writeFileSync(
    join(folder, 'settings'),
    `real='${judgeProgram('openssh', 'ssh')}' node='${process.execPath}' hosts='${CHECKOUT}/scripts/hosts.sh'\n`,
  );
  return {
    path: `${bin}:${process.env['PATH']}`,
    atCommand: (host, pattern) => writeFileSync(join(folder, `${host}.command`), pattern),
    atRequest: (host, text) => writeFileSync(join(folder, `${host}.request`), text),
    struck: (host) => existsSync(join(folder, `${host}.struck`)),
  };
}

const SSH = `#!/bin/bash
folder=$(dirname "$0")/..
. "$folder/settings"
words="$*"
if [[ ! $words =~ '-- root@10.77.0.1'([1-9])' ' ]]; then exec "$real" "$@"; fi
host=h\${BASH_REMATCH[1]}
if [ -e "$folder/$host.struck" ]; then exec "$real" "$@"; fi
if [ -e "$folder/$host.command" ]; then
  pattern=$(cat "$folder/$host.command")
  if [[ $words == *$pattern* ]]; then
    touch "$folder/$host.struck"
    "$hosts" kill "$host" </dev/null >/dev/null
  fi
elif [ -e "$folder/$host.request" ] && [[ $words == *'docker system dial-stdio' ]]; then
  exec "$node" "$folder/watch.mjs" "$folder/$host" "$hosts" "$real" "$@"
fi
exec "$real" "$@"
`;

const WATCH = `
import { execFileSync, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
const [, , host, hosts, real, ...args] = process.argv;
const wanted = readFileSync(host + '.request', 'latin1');
const ssh = spawn(real, args, { stdio: ['pipe', 'inherit', 'inherit'] });
ssh.on('exit', (code) => process.exit(code ?? 255));
ssh.stdin.on('error', () => undefined);
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP']) process.on(signal, () => ssh.kill(signal));
let sent = '';
process.stdin.on('data', (chunk) => {
  sent += chunk.toString('latin1');
  if (sent.includes(wanted)) {
    sent = '';
    writeFileSync(host + '.struck', '');
    execFileSync(hosts, ['kill', basename(host)]);
  }
  ssh.stdin.write(chunk);
});
process.stdin.on('end', () => ssh.stdin.end());
`;
