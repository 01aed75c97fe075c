import type { AddressInfo } from 'node:net';
import { toErrorDocument } from '../core/errors.ts';
import { RMA_VERSION } from '../core/version.ts';
import { type LogLevel, logLine } from '../core/worker/log-line.ts';
import { createAccess } from './access.ts';
import { readSettings } from './read-settings.ts';
import { createCoordinatorServer } from './server.ts';
import { createWorkerRegistry } from './worker-registry.ts';

const line = (level: LogLevel, text: string) =>
  `${logLine({ timeMs: Date.now(), level, scope: 'coordinator', text })}\n`;
const log = (text: string) => process.stdout.write(line('INFO', text));

function fail(error: unknown): never {
  const { message, hint, exitCode } = toErrorDocument(error);
  const text = hint === undefined ? message : `${message}; ${hint}`;
  process.stderr.write(line('ERROR', text));
  process.exit(exitCode);
}

function serve(): void {
  const settings = readSettings(process.env);
  const registry = createWorkerRegistry({ monotonic: () => performance.now() }, log);
  const server = createCoordinatorServer(
    registry,
    createAccess(settings.key, settings.readers, settings.hosts),
    settings.tls,
  );
  server.on('error', fail);
  server.listen(settings.port, () => {
    const { port } = server.address() as AddressInfo;
    const scheme = settings.tls === null ? 'http' : 'https';
    log(`rma-coordinator ${RMA_VERSION} listening on port ${port} (${scheme}), readers: ${settings.readers}`);
  });
}

// All state is in memory, so there is nothing to save on exit.
for (const signal of ['SIGTERM', 'SIGINT'] as const) process.on(signal, () => process.exit(0));
try {
  serve();
} catch (error) {
  fail(error);
}
