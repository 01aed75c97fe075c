import type { EngineEndpoint } from '../../adapters/docker/endpoint.ts';
import type { ContainerEngine } from '../../ports/container-engine.ts';
import type { EngineImages } from '../../ports/engine-images.ts';

type FindEndpoint = () => Promise<EngineEndpoint>;

/** Returns a Docker Engine. Loads its client on first use: it is the largest part of rma. */
export function lazyEngine(findEndpoint: FindEndpoint): ContainerEngine {
  let host: Promise<ContainerEngine> | null = null;
  const connect = async (): Promise<ContainerEngine> => {
    const endpoint = await findEndpoint();
    const { DockerodeEngine } = await import('../../adapters/docker/dockerode-engine.ts');
    return new DockerodeEngine(endpoint);
  };
  const ask = async (): Promise<ContainerEngine> => {
    host ??= connect();
    return host;
  };
  return {
    facts: async () => (await ask()).facts(),
    containers: async () => (await ask()).containers(),
    container: async (id) => (await ask()).container(id),
    mounts: async () => (await ask()).mounts(),
    images: async () => (await ask()).images(),
    volumes: async () => (await ask()).volumes(),
    networks: async () => (await ask()).networks(),
    changes: async (project, signal) => (await ask()).changes(project, signal),
    processes: async (container) => (await ask()).processes(container),
    usage: async (container) => (await ask()).usage(container),
    logTail: async (container, lines, since) => (await ask()).logTail(container, lines, since),
    stop: async (containers) => (await ask()).stop(containers),
    start: async (containers) => (await ask()).start(containers),
    remove: async (containers) => (await ask()).remove(containers),
    removeNetworks: async (project) => (await ask()).removeNetworks(project),
    createVolume: async (name, volume) => (await ask()).createVolume(name, volume),
    removeVolumes: async (names) => (await ask()).removeVolumes(names),
    now: async () => (await ask()).now(),
  };
}

/** Returns the images of a Docker Engine. Loads its client on first use. */
export function lazyImages(findEndpoint: FindEndpoint): EngineImages {
  let images: Promise<EngineImages> | null = null;
  const connect = async (): Promise<EngineImages> => {
    const endpoint = await findEndpoint();
    const { DockerImages } = await import('../../adapters/docker/docker-images.ts');
    return new DockerImages(endpoint);
  };
  const ask = async (): Promise<EngineImages> => {
    images ??= connect();
    return images;
  };
  return {
    inspect: async (reference) => (await ask()).inspect(reference),
    layers: async () => (await ask()).layers(),
    remove: async (id) => (await ask()).remove(id),
    registryDigest: async (reference) => (await ask()).registryDigest(reference),
    platform: async () => (await ask()).platform(),
    save: async (reference, signal) => (await ask()).save(reference, signal),
    load: async (archive, signal) => (await ask()).load(archive, signal),
  };
}
