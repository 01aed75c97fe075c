import { dockerEndpoint } from '../../adapters/docker/endpoint.ts';
import type { CommandRunner } from '../../ports/command-runner.ts';
import type { DockerHost } from '../../ports/docker-host.ts';

/** The user's Docker Engine, connected when it is first asked: its client is the heaviest part of rma to load. */
export function lazyDocker(
  env: Readonly<Record<string, string | undefined>>,
  runner: CommandRunner,
): DockerHost {
  let host: Promise<DockerHost> | null = null;
  const connect = async (): Promise<DockerHost> => {
    const endpoint = await dockerEndpoint(env, runner);
    const { DockerodeHost } = await import('../../adapters/docker/dockerode-host.ts');
    return new DockerodeHost(endpoint);
  };
  const ask = async (): Promise<DockerHost> => {
    host ??= connect();
    return host;
  };
  return {
    facts: async () => (await ask()).facts(),
    containers: async (project) => (await ask()).containers(project),
    hasImage: async (reference) => (await ask()).hasImage(reference),
    volume: async (name) => (await ask()).volume(name),
    processes: async (container) => (await ask()).processes(container),
    logTail: async (container, lines) => (await ask()).logTail(container, lines),
    stop: async (containers) => (await ask()).stop(containers),
    remove: async (containers) => (await ask()).remove(containers),
    removeNetworks: async (project) => (await ask()).removeNetworks(project),
    createVolume: async (name, volume) => (await ask()).createVolume(name, volume),
  };
}
