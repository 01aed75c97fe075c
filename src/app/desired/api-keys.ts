import { apiKeySecret } from '../../core/domain/secret-names.ts';
import type { Selection } from '../../core/domain/selection.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { shell } from '../../core/shell-quote.ts';
import type { Host } from '../../ports/host.ts';

/** Characters that need no escape in JSON text or in a header. */
const KEY = /^(?:(?!["\\])[\x21-\x7e]){1,1024}$/;

/**
 * Returns the contents of the secret files with the keys that clients must send, by the name of the secret.
 * @throws RmaError RMA_API_KEY_FILE (2) for a file that is missing or contains no valid key
 */
export async function apiKeys(
  host: Pick<Host, 'localFiles'>,
  { services }: Pick<Selection, 'services'>,
): Promise<ReadonlyMap<string, string>> {
  const secrets = new Map<string, string>();
  for (const { service, engine, apiKeyFile } of services) {
    if (!apiKeyFile || !engine.apiKey) continue;
    const key = (await host.localFiles.read(apiKeyFile))?.trim() ?? '';
    if (!KEY.test(key))
      throw invalidFile(service, apiKeyFile, key === '' ? 'is missing or empty' : 'has no valid key');
    secrets.set(
      apiKeySecret(service, engine.apiKey.file),
      engine.apiKey.content.replaceAll('{key}', () => key),
    );
  }
  return secrets;
}

function invalidFile(service: string, path: string, fault: string): RmaError {
  return new RmaError('RMA_API_KEY_FILE', `the file ${path} with the API key of ${service} ${fault}`, {
    exitCode: EXIT.usage,
    hint: `write one line of printable ASCII characters without spaces, " and \\ to it: ${shell`openssl rand -hex 32 > ${path}`}`,
    details: { service, path },
  });
}
