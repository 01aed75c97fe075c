import { homedir } from 'node:os';
import { join } from 'node:path';
import { EXIT, RmaError } from '../../core/errors.ts';
import { tokenFault } from '../../core/hub/token-fault.ts';
import { HUB_TOKEN_VARIABLES, tokenOfVariable } from '../../core/hub/token-variable.ts';
import type { TokenSource } from '../../core/source/source.ts';
import { readPlainSync } from '../files/read-plain.ts';

type Environment = Readonly<Record<string, string | undefined>>;

const TOKEN_FILE_HINT = 'pass a readable file that contains only the token: --token-file FILE';

/**
 * Returns the hub token: from the given file, else HF_TOKEN or its old name HUGGING_FACE_HUB_TOKEN, else the file in
 * HF_TOKEN_PATH, else the file of `hf auth login`; null if there is none.
 * @throws RmaError RMA_HUB_TOKEN_INVALID, RMA_HUB_TOKEN_FILE exit 2 if the first of them that exists is not a token, or the
 *   given file cannot be read
 */
export function readHubToken(tokenFile: string | null, env: Environment): string | null {
  if (tokenFile !== null) return fromGivenFile(tokenFile);
  for (const name of HUB_TOKEN_VARIABLES) {
    const token = tokenOfVariable(name, env);
    if (token !== null) return token;
  }
  const home = env['HF_HOME'] || join(homedir(), '.cache', 'huggingface');
  return fromFile(env['HF_TOKEN_PATH'] || join(home, 'token'), TOKEN_FILE_HINT);
}

/**
 * Returns the token for a source's server from its variable, else from the file that its other variable names; null if
 * there is none.
 * @throws RmaError RMA_HUB_TOKEN_INVALID, RMA_HUB_TOKEN_FILE exit 2 if it is not a token
 */
export function readSourceToken(
  { environment, fileEnvironment }: Pick<TokenSource, 'environment' | 'fileEnvironment'>,
  env: Environment,
): string | null {
  const direct = tokenOfVariable(environment, env);
  if (direct !== null) return direct;
  const path = env[fileEnvironment] || null;
  return path === null ? null : fromFile(path, `correct ${path}`);
}

function fromGivenFile(path: string): string {
  const token = fromFile(path, TOKEN_FILE_HINT);
  if (token !== null) return token;
  const exists = tryRead(path) !== null;
  throw badFile(exists ? `the token file ${path} is empty` : `cannot read the token file ${path}`);
}

/** Returns the token in a file; null if the file is empty or cannot be read. */
function fromFile(path: string, hint: string): string | null {
  const text = tryRead(path);
  if (text === null || text === '') return null;
  const fault = tokenFault(text);
  if (fault !== null) throw badFile(`no valid token in ${path}: ${fault}`, hint);
  return text;
}

function tryRead(path: string): string | null {
  try {
    return readPlainSync(path).toString('utf8').trim();
  } catch {
    return null;
  }
}

function badFile(message: string, hint = TOKEN_FILE_HINT): RmaError {
  return new RmaError('RMA_HUB_TOKEN_FILE', message, { exitCode: EXIT.usage, hint });
}
