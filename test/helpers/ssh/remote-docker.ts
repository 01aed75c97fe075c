import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '../files/temp-folder.ts';

const DIAL = `
import { appendFileSync } from 'node:fs';
import { connect } from 'node:net';
const [, , endpoint, ends] = process.argv;
const socket = connect(endpoint);
// as the Docker CLI does, which ends when its input does
process.on('SIGTERM', () => undefined);
process.on('exit', () => appendFileSync(ends, 'ended\\n'));
socket.on('error', ({ message }) => { console.error('error during connect: ' + message); process.exit(1); });
socket.on('close', () => process.exit(0));
process.stdin.pipe(socket);
socket.pipe(process.stdout);
`;

/**
 * Returns a directory for PATH with a `docker` that has only `system dial-stdio`, to this socket of an engine. Other
 * commands run the script `others`. Each connection that ends adds a line to the file `ends` beside that directory.
 */
export function remoteDocker(endpoint: string, others = 'exit 64'): string {
  const folder = join(tempFolder(), 'bin');
  mkdirSync(folder);
  const dial = join(folder, 'dial.mjs');
  writeFileSync(dial, DIAL);
  const socket = endpoint.replace('unix://', '');
  const script = `#!/bin/sh\ncase "$*" in\n'system dial-stdio') exec '${process.execPath}' '${dial}' '${socket}' '${folder}/../ends';;\nesac\n${others}\n`;
  writeFileSync(join(folder, 'docker'), script);
  chmodSync(join(folder, 'docker'), 0o755);
  return folder;
}
