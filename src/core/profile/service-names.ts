import type { RequestedService } from './requested-services.ts';

/** Service name → identity, stored in the state of the project, so that services keep their names. */
export type ServiceNames = Readonly<Record<string, string>>;

/**
 * Returns a name for each identity: the existing one, else `<profile>-<engine>`, with a number from 2 up if that is taken.
 * An engine keeps its name when its profile is removed, and when others are added.
 */
export function serviceNames(
  services: readonly Pick<RequestedService, 'profile' | 'engine' | 'identity'>[],
  known: ServiceNames,
  reserved: ReadonlySet<string>,
): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  const isTaken = (name: string): boolean => taken.has(name) || reserved.has(name);
  const current = new Set(services.map(({ identity }) => identity));
  for (const [name, identity] of Object.entries(known).sort(byName)) {
    if (!current.has(identity) || names.has(identity) || isTaken(name)) continue;
    names.set(identity, name);
    taken.add(name);
  }
  for (const { profile, engine, identity } of services) {
    if (names.has(identity)) continue;
    const name = freeName(`${profile}-${engine.name}`, isTaken);
    names.set(identity, name);
    taken.add(name);
  }
  return names;
}

function byName([a]: readonly [string, string], [b]: readonly [string, string]): number {
  return a < b ? -1 : 1;
}

function freeName(name: string, isTaken: (name: string) => boolean): string {
  let candidate = name;
  for (let number = 2; isTaken(candidate); number += 1) candidate = `${name}-${number}`;
  return candidate;
}
