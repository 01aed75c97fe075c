import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { tempFolder } from '../files/temp-folder.ts';

const DIAL = `
import { connect } from 'node:net';
const socket = connect(process.argv[2]);
socket.on('error', ({ message }) => { console.error('error during connect: ' + message); process.exit(1); });
socket.on('close', () => process.exit(0));
process.stdin.pipe(socket);
socket.pipe(process.stdout);
`;

/**
 * Returns a directory for PATH with a `docker` that has only `system dial-stdio`, to this socket of an engine. Other
 * commands run the script `others`.
 */
export function remoteDocker(endpoint: string, others = 'exit 64'): string {
  const folder = join(tempFolder(), 'bin');
  mkdirSync(folder);
  const dial = join(folder, 'dial.mjs');
  writeFileSync(dial, DIAL);
  const socket = endpoint.replace('unix://', '');
  const script = `#!/bin/sh\ncase "$*" in\n'system dial-stdio') exec '${process.execPath}' '${dial}' '${socket}';;\nesac\n${others}\n`;
  writeFileSync(join(folder, 'docker'), script);
  chmodSync(join(folder, 'docker'), 0o755);
  return folder;
}
