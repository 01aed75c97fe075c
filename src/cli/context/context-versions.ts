import type { HostVersions } from '../../ports/host-versions.ts';
import { localHost } from './context-host.ts';

/** Returns the versions of Docker and Compose (null: not found, or no response) and facts of this machine. Reads no configuration. */
export async function readHostVersions(
  env: Readonly<Record<string, string | undefined>>,
): Promise<HostVersions> {
  const host = localHost(env);
  const [engine, compose, system, memory] = await Promise.all([
    host.engine.facts().catch(() => null),
    host.docker.composeVersion().catch(() => null),
    host.facts.system(),
    host.facts.memory(),
  ]);
  return {
    docker: engine?.version ?? null,
    dockerApi: engine?.apiVersion ?? null,
    compose,
    system,
    memory,
  };
}
