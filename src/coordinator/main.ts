import type { AddressInfo } from 'node:net';
import { toErrorDocument } from '../core/errors.ts';
import { RMA_VERSION } from '../core/version.ts';
import { type LogLevel, logLine } from '../core/worker/log-line.ts';
import { createAccess } from './access.ts';
import { readSettings } from './read-settings.ts';
import { createCoordinatorServer } from './server.ts';
import { createWorkerBook } from './worker-book.ts';

const line = (level: LogLevel, text: string) =>
  `${logLine({ timeMs: Date.now(), level, scope: 'coordinator', text })}\n`;
const say = (text: string) => process.stdout.write(line('INFO', text));

function fail(error: unknown): never {
  const { message, hint, exitCode } = toErrorDocument(error);
  const text = hint === undefined ? message : `${message}; ${hint}`;
  process.stderr.write(line('ERROR', text));
  process.exit(exitCode);
}

function serve(): void {
  const settings = readSettings(process.env);
  const book = createWorkerBook({ monotonic: () => performance.now() }, say);
  const server = createCoordinatorServer(book, createAccess(settings.key, settings.readers));
  server.on('error', fail);
  server.listen(settings.port, () => {
    const { port } = server.address() as AddressInfo;
    say(`rma-coordinator ${RMA_VERSION} listens on port ${port}, readers: ${settings.readers}`);
  });
}

// Soft state: there is nothing to save, so it ends at once.
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0));
try {
  serve();
} catch (error) {
  fail(error);
}
