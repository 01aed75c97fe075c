import { secretWords } from '../fleet/secret-words.ts';
import type { Fleet, ServiceSpec } from '../fleet/service-spec.ts';

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
export function secretCommands(fleet: Fleet): readonly string[] {
  const names = secretsOf(fleet.services);
  const { setup, words } = secretWords(fleet, SWARM_HOST, names);
  return [
    ...setup,
    ...names.map((name) => {
      const create = `docker secret create ${secretName(fleet.project, name)}`;
      const word = words.get(name);
      return word === undefined ? `${create} FILE` : `printf %s ${word} | ${create} -`;
    }),
  ];
}
