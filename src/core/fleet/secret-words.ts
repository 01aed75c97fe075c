import { COORDINATOR_KEY_SECRET, workerTokenSecret } from '../domain/secret-names.ts';
import { shellQuote } from '../shell-quote.ts';
import { workerId } from '../worker-id.ts';
import type { Fleet, ServiceSpec } from './service-spec.ts';

/** Shell code with the contents of secrets, which an export never contains. */
interface SecretWords {
  /** lines that the words need */
  readonly setup: readonly string[];
  /** secret → a word that expands to its content; absent: the user has a file with it */
  readonly words: ReadonlyMap<string, string>;
}

/** Returns how a shell gets the contents of these secrets of a fleet. `host`: the cluster, in the registrations of workers. */
export function secretWords(fleet: Fleet, host: string, names: readonly string[]): SecretWords {
  const tokens = tokenWords(fleet, host);
  const words = names.flatMap((name): [string, string][] => {
    if (name === COORDINATOR_KEY_SECRET) return [[name, '"$key"']];
    const word = tokens.get(name) ?? apiKeyWord(fleet.services, name);
    return word === null ? [] : [[name, word]];
  });
  return {
    setup: [
      ...(names.includes(COORDINATOR_KEY_SECRET) ? ['key=$(openssl rand -hex 32)'] : []),
      ...(names.some((name) => tokens.has(name)) ? [tokenFunction(host)] : []),
    ],
    words: new Map(words),
  };
}

/** The tokens of workers are derived from the key of the coordinator; one outside the fleet has issued them. */
function tokenWords({ project, services }: Fleet, host: string): ReadonlyMap<string, string> {
  const hasKey = services.some(({ secrets }) => secrets.includes(COORDINATOR_KEY_SECRET));
  const workers = services.filter(({ role }) => hasKey && role === 'worker');
  return new Map(
    workers.flatMap(({ profile }): [string, string][] => {
      if (profile === null) return [];
      const id = workerId(host, project, profile.name);
      return [[workerTokenSecret(profile.name), `"$(token ${id})"`]];
    }),
  );
}

function tokenFunction(host: string): string {
  return `token() { printf 'rma-worker/v1:${host}/%s' "$1" | openssl dgst -sha256 -hmac "$key" -r | cut -d ' ' -f 1; }`;
}

/** The content of the secret of an API key, from a file with the key alone. */
function apiKeyWord(services: readonly ServiceSpec[], secret: string): string | null {
  const content = services.find(({ apiKey }) => apiKey?.secret === secret)?.apiKey?.content;
  if (content === undefined) return null;
  const parts = content.split('{key}').map((part) => (part === '' ? '' : shellQuote(part)));
  return parts.join('"$(cat API_KEY_FILE)"');
}
