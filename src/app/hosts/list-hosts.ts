import type { RmaConfig } from '../../core/domain/config.ts';
import type { RmaError } from '../../core/errors.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { probeGpus } from '../observe/probe-gpus.ts';
import { requireDocker } from '../observe/require-docker.ts';
import { onHosts, type ProjectHost } from './project-host.ts';

/** What a machine has. */
export interface HostFacts {
  /** version of its Docker Engine */
  readonly docker: string;
  readonly gpus: readonly { readonly name: string; readonly memoryBytes: number | null }[];
  /** RAM, bytes; null: unknown */
  readonly memoryBytes: number | null;
  /** the profiles that it runs */
  readonly profiles: readonly string[];
}

export interface HostEntry {
  readonly name: string;
  readonly address: string | null;
  readonly labels: Readonly<Record<string, string>>;
  readonly bind: string | null;
  /** null: it does not respond */
  readonly facts: HostFacts | null;
  readonly error: RmaError | null;
}

export interface ListRequest {
  readonly config: Pick<RmaConfig, 'hosts'>;
  readonly names: readonly string[];
  readonly open: (name: string) => Promise<ProjectHost>;
}

/** Returns the machines of a project, and what each of them has. */
export async function listHosts(
  invocation: Pick<Invocation, 'signal'>,
  { config, names, open }: ListRequest,
): Promise<readonly HostEntry[]> {
  const results = await onHosts(names, async (name): Promise<HostFacts> => {
    const { host, config: own } = await open(name);
    const [engine, inventory] = await Promise.all([requireDocker(host), probeGpus(host, invocation)]);
    return {
      docker: engine.version,
      gpus: inventory.gpus.map((gpu) => ({ name: gpu.name, memoryBytes: gpu.memory.totalBytes })),
      memoryBytes: engine.memoryBytes,
      profiles: own.profiles,
    };
  });
  return results.map((result): HostEntry => {
    const { address = null, labels = {}, bind = null } = config.hosts[result.host] ?? {};
    const known = { name: result.host, address, labels, bind };
    return result.ok
      ? { ...known, facts: result.value, error: null }
      : { ...known, facts: null, error: result.error };
  });
}
