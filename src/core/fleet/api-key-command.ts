import { shellQuote } from '../shell-quote.ts';
import type { ServiceSpec } from './service-spec.ts';

/**
 * Returns the shell command that prints the content of a secret with the key that clients must send, from a file with the key
 * alone; null for any other secret.
 */
export function apiKeyCommand(services: readonly ServiceSpec[], secret: string): string | null {
  const content = services.find(({ apiKey }) => apiKey?.secret === secret)?.apiKey?.content;
  if (content === undefined) return null;
  const format = shellQuote(content.replaceAll('%', '%%').replaceAll('{key}', '%s'));
  return `printf ${format} "$(cat API_KEY_FILE)"`;
}
