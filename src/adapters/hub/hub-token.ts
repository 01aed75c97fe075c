import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { EXIT, RmaError } from '../../core/errors.ts';
import type { TokenSource } from '../../core/source/source.ts';

/** The token variables of the hub's own tools. */
export interface TokenEnvironment {
  readonly HF_TOKEN?: string | undefined;
  readonly HF_TOKEN_PATH?: string | undefined;
  readonly HF_HOME?: string | undefined;
}

const TOKEN_FILE_HINT = 'pass a readable file that contains only the token: --token-file FILE';

/**
 * Returns the hub token: from the given file, else HF_TOKEN, else the file in HF_TOKEN_PATH, else the file of
 * `hf auth login`; null if there is none.
 * @throws RmaError RMA_HUB_TOKEN_FILE exit 2 if the given file cannot be read or contains no valid token
 */
export function readHubToken(tokenFile: string | null, env: TokenEnvironment): string | null {
  if (tokenFile !== null) return fromGivenFile(tokenFile);
  const direct = (env.HF_TOKEN ?? '').trim();
  if (direct !== '') return checked(direct, 'HF_TOKEN');
  const home = env.HF_HOME !== undefined && env.HF_HOME !== '' ? env.HF_HOME : defaultHome();
  const path =
    env.HF_TOKEN_PATH !== undefined && env.HF_TOKEN_PATH !== '' ? env.HF_TOKEN_PATH : join(home, 'token');
  const text = tryRead(path);
  return text === null || text === '' ? null : checked(text, path);
}

/**
 * Returns the token for a source's server from its variable, else from the file that its other variable names; null if
 * there is none.
 * @throws RmaError RMA_HUB_TOKEN_FILE exit 2 if it cannot be sent in a header
 */
export function readSourceToken(
  { environment, fileEnvironment }: Pick<TokenSource, 'environment' | 'fileEnvironment'>,
  env: Readonly<Record<string, string | undefined>>,
): string | null {
  const direct = (env[environment] ?? '').trim();
  if (direct !== '') return checked(direct, environment, `correct ${environment}`);
  const path = env[fileEnvironment] ?? '';
  const text = path === '' ? null : tryRead(path);
  return text === null || text === '' ? null : checked(text, path, `correct ${path}`);
}

function fromGivenFile(path: string): string {
  const text = tryRead(path);
  if (text === null) throw tokenFault(`cannot read the token file ${path}`);
  if (text === '') throw tokenFault(`the token file ${path} is empty`);
  return checked(text, path);
}

/** Returns the token; whitespace inside it would break the request header. */
function checked(token: string, origin: string, hint?: string): string {
  if (!/^[\x21-\x7e]+$/.test(token)) throw tokenFault(`${origin} must contain exactly one token`, hint);
  return token;
}

function tryRead(path: string): string | null {
  try {
    return readFileSync(path, 'utf8').trim();
  } catch {
    return null;
  }
}

function defaultHome(): string {
  return join(homedir(), '.cache', 'huggingface');
}

function tokenFault(message: string, hint = TOKEN_FILE_HINT): RmaError {
  return new RmaError('RMA_HUB_TOKEN_FILE', message, {
    exitCode: EXIT.usage,
    hint,
  });
}
