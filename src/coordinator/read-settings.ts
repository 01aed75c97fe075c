import { readFileSync } from 'node:fs';
import { COORDINATOR_PORT } from '../core/domain/registration.ts';
import { EXIT, RmaError } from '../core/errors.ts';

export interface CoordinatorSettings {
  readonly key: string;
  readonly readers: 'open' | 'token';
  readonly port: number;
}

const KEY_HINT = 'run rma up: it writes the key and mounts it (RMA_COORDINATOR_KEY_FILE names the file)';

/**
 * RMA_COORDINATOR_KEY_FILE (the key, at least 16 characters), RMA_COORDINATOR_READERS (`token` unless `open`),
 * RMA_COORDINATOR_LISTEN_PORT (inside the container).
 * @throws RmaError RMA_COORDINATOR_KEY exit 3, RMA_COORDINATOR_SETTING exit 2
 */
export function readSettings(env: NodeJS.ProcessEnv): CoordinatorSettings {
  const readers = env['RMA_COORDINATOR_READERS'] || 'token';
  if (readers !== 'open' && readers !== 'token') {
    throw setting('RMA_COORDINATOR_READERS', readers, 'open or token');
  }
  const port = Number(env['RMA_COORDINATOR_LISTEN_PORT'] || COORDINATOR_PORT);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) {
    throw setting('RMA_COORDINATOR_LISTEN_PORT', String(env['RMA_COORDINATOR_LISTEN_PORT']), 'a port number');
  }
  return { key: readKey(env['RMA_COORDINATOR_KEY_FILE'] || '/run/secrets/coordinator_key'), readers, port };
}

function readKey(file: string): string {
  let key: string;
  try {
    key = readFileSync(file, 'utf8').trim();
  } catch (cause) {
    const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unreadable';
    throw new RmaError('RMA_COORDINATOR_KEY', `cannot read the coordinator's key ${file}: ${code}`, {
      exitCode: EXIT.notReady,
      hint: KEY_HINT,
    });
  }
  if (key.length >= 16) return key;
  throw new RmaError(
    'RMA_COORDINATOR_KEY',
    `the coordinator's key in ${file} is shorter than 16 characters`,
    {
      exitCode: EXIT.notReady,
      hint: KEY_HINT,
    },
  );
}

function setting(name: string, value: string, wanted: string): RmaError {
  return new RmaError('RMA_COORDINATOR_SETTING', `${name} is "${value}", it must be ${wanted}`, {
    exitCode: EXIT.usage,
    hint: `set ${name} to ${wanted}, or leave it out`,
  });
}
