import { SpawnedDockerCli } from '../../adapters/docker-cli/docker-cli.ts';
import { LocalRunner } from '../../adapters/exec/local-runner.ts';
import type { HostVersions } from '../../ports/host-versions.ts';
import { lazyDocker } from './context-docker.ts';

/** Docker's and Compose's versions, without reading any configuration; what is not there or does not answer is null. */
export async function readHostVersions(
  env: Readonly<Record<string, string | undefined>>,
): Promise<HostVersions> {
  const runner = new LocalRunner(env);
  const [engine, compose] = await Promise.all([
    lazyDocker(env, runner)
      .facts()
      .catch(() => null),
    new SpawnedDockerCli(runner).composeVersion().catch(() => null),
  ]);
  return { docker: engine?.version ?? null, dockerApi: engine?.apiVersion ?? null, compose };
}
