import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import type { ServerTls } from '../adapters/http-server/limited-server.ts';
import { COORDINATOR_PORT } from '../core/domain/registration.ts';
import { EXIT, RmaError } from '../core/errors.ts';

export interface CoordinatorSettings {
  readonly key: string;
  readonly readers: 'open' | 'token';
  readonly port: number;
  /** further names under which open readers reach the coordinator, lower case */
  readonly hosts: readonly string[];
  /** null: plain HTTP */
  readonly tls: ServerTls | null;
}

const KEY_HINT = 'rma up writes and mounts the key; RMA_COORDINATOR_KEY_FILE sets its path';
const TLS_HINT =
  'set RMA_COORDINATOR_CERTIFICATE_FILE and RMA_COORDINATOR_CERTIFICATE_KEY_FILE to a certificate and its private key, both PEM and without a passphrase';

/**
 * Reads RMA_COORDINATOR_KEY_FILE (the key, at least 16 characters), RMA_COORDINATOR_READERS (`token` or `open`, default
 * `token`), RMA_COORDINATOR_LISTEN_PORT (port in the container), RMA_COORDINATOR_HOSTS (further host names of open
 * readers, comma-separated), RMA_COORDINATOR_CERTIFICATE_FILE and RMA_COORDINATOR_CERTIFICATE_KEY_FILE (PEM, for HTTPS).
 * @throws RmaError RMA_COORDINATOR_KEY, RMA_COORDINATOR_CERTIFICATE exit 3, RMA_COORDINATOR_SETTING exit 2
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
  const hosts = (env['RMA_COORDINATOR_HOSTS'] ?? '')
    .toLowerCase()
    .split(',')
    .map((name) => name.trim());
  const key = readKey(env['RMA_COORDINATOR_KEY_FILE'] || '/run/secrets/coordinator_key');
  return { key, readers, port, hosts: hosts.filter((name) => name !== ''), tls: readTls(env) };
}

function readTls(env: NodeJS.ProcessEnv): ServerTls | null {
  const files = {
    certificate: env['RMA_COORDINATOR_CERTIFICATE_FILE'] || null,
    key: env['RMA_COORDINATOR_CERTIFICATE_KEY_FILE'] || null,
  };
  if (files.certificate === null && files.key === null) return null;
  try {
    const certificate = readFileSync(files.certificate ?? '', 'utf8');
    const key = readFileSync(files.key ?? '', 'utf8');
    createSecureContext({ cert: certificate, key });
    return { certificate, key };
  } catch (cause) {
    const names = `${files.certificate ?? 'no certificate'} and ${files.key ?? 'no key'}`;
    throw new RmaError(
      'RMA_COORDINATOR_CERTIFICATE',
      `cannot use the coordinator's certificate and key ${names}: ${codeOf(cause)}`,
      { exitCode: EXIT.notReady, hint: TLS_HINT },
    );
  }
}

function codeOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : 'unreadable';
}

function readKey(file: string): string {
  let key: string;
  try {
    key = readFileSync(file, 'utf8').trim();
  } catch (cause) {
    throw new RmaError('RMA_COORDINATOR_KEY', `cannot read the coordinator key ${file}: ${codeOf(cause)}`, {
      exitCode: EXIT.notReady,
      hint: KEY_HINT,
    });
  }
  if (key.length >= 16) return key;
  throw new RmaError('RMA_COORDINATOR_KEY', `the coordinator key in ${file} is shorter than 16 characters`, {
    exitCode: EXIT.notReady,
    hint: KEY_HINT,
  });
}

function setting(name: string, value: string, expected: string): RmaError {
  return new RmaError('RMA_COORDINATOR_SETTING', `invalid ${name} "${value}": must be ${expected}`, {
    exitCode: EXIT.usage,
    hint: `set ${name} to ${expected}, or unset it`,
  });
}
