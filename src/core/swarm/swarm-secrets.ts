import { COORDINATOR_KEY_SECRET, workerTokenSecret } from '../domain/secret-names.ts';
import { apiKeyCommand } from '../fleet/api-key-command.ts';
import type { Fleet, ServiceSpec } from '../fleet/service-spec.ts';
import { workerId } from '../worker-id.ts';

/** The name of a swarm as a host, in the registrations of workers. */
export const SWARM_HOST = 'swarm';

/** Returns the names of the secrets that services mount, sorted. */
export function secretsOf(services: readonly ServiceSpec[]): readonly string[] {
  return [...new Set(services.flatMap(({ secrets }) => secrets))].sort();
}

/** Returns the name of a secret in the swarm. */
export function secretName(project: string, name: string): string {
  return `${project}_${name}`;
}

/** Returns the shell commands that create the secrets, which an export never contains. */
export function secretCommands({ project, services }: Fleet): readonly string[] {
  const names = secretsOf(services);
  const tokens = new Map(
    services.flatMap(({ role, profile }) =>
      role === 'worker' && profile !== null
        ? [[workerTokenSecret(profile.name), workerId(SWARM_HOST, project, profile.name)] as const]
        : [],
    ),
  );
  const own = names.includes(COORDINATOR_KEY_SECRET);
  return [
    ...(own ? ['key=$(openssl rand -hex 32)'] : []),
    ...(own && names.some((name) => tokens.has(name)) ? [TOKEN_FUNCTION] : []),
    ...names.map((name) => {
      const create = `docker secret create ${secretName(project, name)}`;
      if (name === COORDINATOR_KEY_SECRET) return `printf %s "$key" | ${create} -`;
      const apiKey = apiKeyCommand(services, name);
      if (apiKey !== null) return `${apiKey} | ${create} -`;
      const id = tokens.get(name);
      return own && id !== undefined ? `printf %s "$(token ${id})" | ${create} -` : `${create} FILE`;
    }),
  ];
}

/** As the coordinator derives the token of a worker from its key. */
const TOKEN_FUNCTION = `token() { printf 'rma-worker/v1:${SWARM_HOST}/%s' "$1" | openssl dgst -sha256 -hmac "$key" -r | cut -d ' ' -f 1; }`;
