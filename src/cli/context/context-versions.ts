import type { HostVersions } from '../../ports/host-versions.ts';
import { localHost } from './context-host.ts';

/** Returns Docker's and Compose's versions without reading any configuration; null for what is missing or does not answer. */
export async function readHostVersions(
  env: Readonly<Record<string, string | undefined>>,
): Promise<HostVersions> {
  const { engine, docker } = localHost(env);
  const [facts, compose] = await Promise.all([
    engine.facts().catch(() => null),
    docker.composeVersion().catch(() => null),
  ]);
  return { docker: facts?.version ?? null, dockerApi: facts?.apiVersion ?? null, compose };
}
