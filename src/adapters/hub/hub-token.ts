import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { EXIT, RmaError } from '../../core/errors.ts';

/** The variables that name a hub token, as the hub's own tools read them. */
export interface TokenEnvironment {
  readonly HF_TOKEN?: string | undefined;
  readonly HF_TOKEN_PATH?: string | undefined;
  readonly HF_HOME?: string | undefined;
}

const TOKEN_FILE_HINT = 'name a readable file that holds the token and nothing else: --token-file FILE';

/**
 * The hub token: from the file asked for, else HF_TOKEN, else the file HF_TOKEN_PATH names, else the file of
 * `hf auth login`; null when there is none.
 * @throws RmaError RMA_HUB_TOKEN_FILE exit 2 when the file asked for cannot be read or holds no token
 */
export function readHubToken(tokenFile: string | null, env: TokenEnvironment): string | null {
  if (tokenFile !== null) return fromAskedFile(tokenFile);
  const direct = (env.HF_TOKEN ?? '').trim();
  if (direct !== '') return checked(direct, 'HF_TOKEN');
  const home = env.HF_HOME !== undefined && env.HF_HOME !== '' ? env.HF_HOME : defaultHome();
  const path =
    env.HF_TOKEN_PATH !== undefined && env.HF_TOKEN_PATH !== '' ? env.HF_TOKEN_PATH : join(home, 'token');
  const text = tryRead(path);
  return text === null || text === '' ? null : checked(text, path);
}

/** The variables that name ModelScope's token: its tools read the first, the second is for containers. */
export interface ModelScopeTokenEnvironment {
  readonly MODELSCOPE_API_TOKEN?: string | undefined;
  readonly MODELSCOPE_API_TOKEN_PATH?: string | undefined;
}

/**
 * The token for ModelScope, from MODELSCOPE_API_TOKEN, else the file that MODELSCOPE_API_TOKEN_PATH names; null when there
 * is none.
 * @throws RmaError RMA_HUB_TOKEN_FILE exit 2 when it cannot travel in a header
 */
export function readModelScopeToken(env: ModelScopeTokenEnvironment): string | null {
  const direct = (env.MODELSCOPE_API_TOKEN ?? '').trim();
  if (direct !== '') return checked(direct, 'MODELSCOPE_API_TOKEN', 'correct MODELSCOPE_API_TOKEN');
  const path = env.MODELSCOPE_API_TOKEN_PATH ?? '';
  const text = path === '' ? null : tryRead(path);
  return text === null || text === '' ? null : checked(text, path, `correct ${path}`);
}

function fromAskedFile(path: string): string {
  const text = tryRead(path);
  if (text === null) throw tokenFault(`the token file ${path} cannot be read`);
  if (text === '') throw tokenFault(`the token file ${path} is empty`);
  return checked(text, path);
}

/** A token with a blank or line break inside would break the header it travels in. */
function checked(token: string, origin: string, hint?: string): string {
  if (!/^[\x21-\x7e]+$/.test(token)) throw tokenFault(`${origin} holds more than one token, or none`, hint);
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
