import { renderCompose } from '../../../src/core/compose-file/render-compose.ts';
import type { HostGroup } from '../../../src/core/domain/config.ts';
import { buildFleet } from '../../../src/core/fleet/build-fleet.ts';
import type { ServiceSpec } from '../../../src/core/fleet/service-spec.ts';
import { selectServices } from '../../../src/core/profile/select-services.ts';
import { configOf, fleetInputOf } from './render-builders.ts';
import { shippedCatalog } from './shipped-catalog.ts';

/** llama.cpp on one GPU, and vLLM on two, of each host. */
const PROFILES = {
  large: 'description: d\nservices: [{engine: llamacpp, models: ["hf:org/big:big.gguf"], gpus: 1}]\n',
  huge: 'description: d\nservices: [{engine: vllm, models: ["hf:org/huge"], gpus: 2}]\n',
};

const HOSTS = {
  h1: { address: 'ssh://h1', bind: '10.0.0.1' },
  h2: { address: 'ssh://h2', bind: '10.0.0.2' },
};

/** Returns the group of two hosts as the one of this rank sees it. */
export function groupOf(rank: number): HostGroup {
  return {
    variant: 'default',
    hosts: ['h1', 'h2'],
    addresses: ['192.168.7.1', '192.168.7.2'],
    rank,
    interface: 'eth1',
    portOffset: 1,
  };
}

/** Returns the services of one host of a group, and its Compose file. */
export function groupHost(profile: keyof typeof PROFILES, rank: number, group = groupOf(rank)) {
  const host = rank === 0 ? 'h1' : 'h2';
  const selection = selectServices(shippedCatalog(PROFILES), [profile]);
  const config = configOf({
    hosts: { [host]: HOSTS[host] },
    bind: HOSTS[host].bind,
    profiles: [profile],
    groups: { [profile]: group },
  });
  const devices = [0, 1].map((index) => ({
    uuid: `GPU-${index}`,
    index,
    name: 'NVIDIA L4',
    kind: 'gpu' as const,
    totalBytes: 24e9,
    computeCapability: '8.9',
  }));
  const placed = {
    service: selection.services[0]?.service ?? '',
    devices,
    bytesPerGpu: 20e9,
    kvBytesPerGpu: 4e9,
    exclusive: false,
    need: { weightsBytes: 60e9, kvBytes: 8e9, overheadBytes: 1e9, basis: 'header' as const },
    hosts: 2,
  };
  const fleet = buildFleet(
    fleetInputOf({ config, selection, host, placement: new Map([[placed.service, placed]]) }),
  );
  const text = renderCompose(fleet, { version: '1.0.0', path: '/state/compose.yaml' }).text;
  const one = (role: ServiceSpec['role']) => fleet.services.find((each) => each.role === role)!;
  return { engine: one('engine'), worker: one('worker'), text };
}
