import type { RmaConfig } from '../../core/domain/config.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { accessBySecrets, type CoordinatorAccess, coordinatorSecrets } from './coordinator-access.ts';

/**
 * Returns how the workers of a project with one host register.
 * @throws RmaError RMA_TOKEN_FILE_MISSING, RMA_TOKEN_EXTERNAL (2), and as coordinatorSecrets
 */
export async function ownCoordinator(
  host: Pick<Host, 'name' | 'files' | 'localFiles'>,
  invocation: Pick<Invocation, 'randomKey' | 'authority'>,
  { config, rotate }: { readonly config: RmaConfig; readonly rotate?: boolean | undefined },
): Promise<CoordinatorAccess> {
  if (config.coordinator.url !== null) {
    if (rotate) throw externalTokens();
    const token = await ownToken(host, config.coordinator.tokenFile);
    return { secrets: async () => new Map(), token: async () => token };
  }
  const secrets = await coordinatorSecrets(host, invocation, { config, address: null, rotate });
  return accessBySecrets(secrets, { host: host.name, project: config.project });
}

async function ownToken(host: Pick<Host, 'localFiles'>, path: string | null): Promise<string | null> {
  if (path === null) return null;
  const text = await host.localFiles.read(path);
  if (text !== null && text.trim() !== '') return text.trim();
  throw new RmaError('RMA_TOKEN_FILE_MISSING', `the coordinator's token file ${path} is missing or empty`, {
    exitCode: EXIT.usage,
    hint: 'write the token to it, or use another file: --coordinator-token-file PATH',
  });
}

/** Returns the error of a command that replaces the tokens of a coordinator that rma does not run. */
export function externalTokens(): RmaError {
  return new RmaError(
    'RMA_TOKEN_EXTERNAL',
    'the project uses an external coordinator, which issues the tokens',
    {
      exitCode: EXIT.usage,
      hint: 'write the new token to the file in coordinator.token_file, then run rma up',
    },
  );
}
