import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { ServicePlacement } from '../../../src/core/domain/placement.ts';
import type { ProfileService } from '../../../src/core/domain/profile.ts';
import { selectServices } from '../../../src/core/profile/select-services.ts';
import { GPUS } from '../../golden/guide-cases.ts';
import {
  catalogOf,
  engineOf,
  fleetInputOf,
  profileServiceOf,
} from '../../helpers/builders/render-builders.ts';
import { stackOf } from '../../helpers/builders/stack-of.ts';

const GIB = 2 ** 30;
const ENGINE = engineOf('llm', {
  gpu: 'optional',
  sharesGpu: true,
  environment: { HOME: '/cache' },
  sharedCommand: ['--share', '{share}', '--kv', '{kv_bytes}'],
});

function fileOf(service: Partial<ProfileService>, placement: ServicePlacement | null = null) {
  const catalog = catalogOf({ chat: [profileServiceOf({ gpus: 1, ...service })] }, [ENGINE]);
  const input = fleetInputOf({
    selection: selectServices(catalog, ['chat']),
    placement: new Map(placement === null ? [] : [['chat-llm', placement]]),
  });
  return parse(stackOf(input).text);
}

describe('a service with settings of its own in the Compose file', () => {
  it('[req R25] gets its share of the GPU and the rest of it as cache', () => {
    const file = fileOf(
      { utilization: 0.7, flags: ['--seed', '1'] },
      {
        service: 'chat-llm',
        devices: GPUS.slice(0, 1),
        bytesPerGpu: Math.ceil(0.7 * 24 * GIB),
        kvBytesPerGpu: 12345,
        exclusive: false,
        need: null,
      },
    );
    const { command, labels } = file.services['chat-llm'];
    expect(command.slice(6)).toEqual(['--share', '0.70', '--kv', '12345', '--seed', '1']);
    expect(labels['rma.memory']).toBe(String(Math.ceil(0.7 * 24 * GIB)));
  });

  it('[req L19] mounts directories and volumes of the user, which Compose neither creates nor removes', () => {
    const file = fileOf({
      extraVolumes: [
        { source: { type: 'host', path: '/data/certs' }, path: '/certs', readOnly: true },
        { source: { type: 'named', name: 'prompts' }, path: '/prompts', readOnly: false },
      ],
    });
    expect(file.services['chat-llm'].volumes.slice(1)).toEqual([
      {
        type: 'bind',
        source: '/data/certs',
        target: '/certs',
        read_only: true,
        bind: { create_host_path: false },
      },
      { type: 'volume', source: 'extra-prompts', target: '/prompts' },
    ]);
    expect(file.volumes).toEqual({
      store: { name: 'rma-models' },
      'extra-prompts': { name: 'prompts', external: true },
    });
    expect(file.services['chat-worker'].volumes).toHaveLength(1);
  });

  it('gets its variables next to those of its engine', () => {
    const { environment } = fileOf({ environment: { LOG: 'debug' } }).services['chat-llm'];
    expect(environment).toMatchObject({ HOME: '/cache', LOG: 'debug', HF_HUB_OFFLINE: '1' });
  });
});
