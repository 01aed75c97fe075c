/** What the store of one host has of the models that it needs. */
export interface HostModels {
  readonly host: string;
  /** address by which other hosts reach it; null: it cannot serve its store to them */
  readonly address: string | null;
  /** reference → bytes that are missing; 0: complete and verified */
  readonly missing: ReadonlyMap<string, number>;
}

/** Who downloads what from the internet, and who serves it to the others. */
export interface Distribution {
  /** host → references that it downloads before the others fetch them from it */
  readonly first: ReadonlyMap<string, readonly string[]>;
  /** hosts that serve their stores while the others fetch */
  readonly servers: readonly string[];
}

/**
 * Returns how each model crosses the internet once: a host that has it serves it; a model that no host has is downloaded by one
 * of those that need it, which then serves it. Deterministic.
 */
export function distributionOf(hosts: readonly HostModels[]): Distribution {
  const first = new Map<string, string[]>();
  const load = new Map<string, number>();
  const servers = new Set<string>();
  for (const ref of missingSomewhere(hosts)) {
    const wanting = hosts.filter(({ missing }) => (missing.get(ref) ?? 0) > 0);
    const owners = hosts.filter(({ address, missing }) => address !== null && missing.get(ref) === 0);
    const owner = owners.find(({ host }) => servers.has(host)) ?? owners[0];
    if (owner !== undefined) {
      servers.add(owner.host);
      continue;
    }
    const seed = seedOf(ref, wanting, load);
    // alone, or where no host can serve: each downloads for itself
    if (seed === null || wanting.length === 1) continue;
    first.set(seed.host, [...(first.get(seed.host) ?? []), ref]);
    load.set(seed.host, (load.get(seed.host) ?? 0) + (seed.missing.get(ref) ?? 0));
    servers.add(seed.host);
  }
  return { first, servers: hosts.map(({ host }) => host).filter((host) => servers.has(host)) };
}

/** Returns the references that some host lacks, the largest first, so that hosts share the work evenly. */
function missingSomewhere(hosts: readonly HostModels[]): readonly string[] {
  const bytes = new Map<string, number>();
  for (const { missing } of hosts)
    for (const [ref, size] of missing) if (size > 0) bytes.set(ref, Math.max(size, bytes.get(ref) ?? 0));
  return [...bytes].sort(([a, x], [b, y]) => y - x || (a < b ? -1 : 1)).map(([ref]) => ref);
}

/** Returns the host with the least to download, of those that others can reach. */
function seedOf(
  ref: string,
  wanting: readonly HostModels[],
  load: ReadonlyMap<string, number>,
): HostModels | null {
  const total = ({ host, missing }: HostModels) => (load.get(host) ?? 0) + (missing.get(ref) ?? 0);
  const able = wanting.filter(({ address }) => address !== null);
  return able.reduce<HostModels | null>(
    (best, each) => (best === null || total(each) < total(best) ? each : best),
    null,
  );
}
