import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import type { RmaConfig } from '../../../src/core/domain/config.ts';
import type { FleetInput } from '../../../src/core/fleet/fleet-input.ts';
import { selectServices } from '../../../src/core/profile/select-services.ts';
import { RENDER_CASES } from '../../golden/render-cases.ts';
import {
  catalogOf,
  configOf,
  engineOf,
  fleetInputOf,
  profileServiceOf,
} from '../../helpers/builders/render-builders.ts';
import { stackOf, workerConfigOf } from '../../helpers/builders/stack-of.ts';

type Service = Record<string, unknown> & {
  readonly environment: Record<string, string>;
  readonly volumes?: readonly Record<string, unknown>[];
};

interface Deploy {
  readonly resources: { readonly reservations?: { readonly devices?: unknown } };
}

const inputOf = (over: Partial<RmaConfig>): FleetInput => fleetInputOf({ config: configOf(over) });
const servicesOf = (input: FleetInput) =>
  (parse(stackOf(input).text) as { services: Record<string, Service> }).services;

describe.each(RENDER_CASES)('every service of $name', ({ input }) => {
  const services = Object.values(servicesOf(input()));

  it('has no capabilities, limited logs, a health check and a stop grace period', () => {
    for (const service of services) {
      expect(service).toMatchObject({
        restart: 'unless-stopped',
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        logging: { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '3' } },
        healthcheck: { start_interval: expect.any(String) as string },
        stop_grace_period: expect.any(String) as string,
      });
    }
  });

  it('[req R29] sees its reserved GPUs, or none', () => {
    for (const { environment, deploy, gpus, devices } of services) {
      const given = (deploy as Deploy | undefined)?.resources.reservations?.devices;
      expect(environment['NVIDIA_VISIBLE_DEVICES']).toBe(given === undefined ? 'void' : undefined);
      expect(environment).not.toHaveProperty('CUDA_VISIBLE_DEVICES');
      expect([gpus, devices]).toEqual([undefined, undefined]);
    }
  });

  it('[req T7] is not privileged and uses nothing obsolete', () => {
    for (const service of services) {
      expect(service).not.toHaveProperty('privileged');
      expect(service).not.toHaveProperty('ipc');
    }
    expect(parse(stackOf(input()).text)).not.toHaveProperty('version');
  });

  it('[req D06] [req L03] [req L06] [req N22] starts engines only once their worker is healthy: its models are verified', () => {
    for (const { depends_on, image } of services) {
      if (/^rma-worker:/.test(String(image))) continue;
      expect(Object.values(depends_on as Record<string, unknown>)).toEqual([
        { condition: 'service_healthy' },
      ]);
    }
  });

  it('[fail X8] [req D20] [req L21] [req N02] [req R13] mounts the store, writable only for workers', () => {
    for (const { image, volumes = [] } of services) {
      const store = volumes.find(({ target }) => String(target).endsWith('/models'));
      if (store === undefined) expect(image).toMatch(/^rma-worker:/);
      else expect(store['read_only'] === true).toBe(!/^rma-worker:/.test(String(image)));
    }
  });
});

describe('renderCompose', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1:8080:8080', 'http://127.0.0.1:8080', 'open'],
    ['::1', '[::1]:8080:8080', 'http://[::1]:8080', 'open'],
    ['0.0.0.0', '0.0.0.0:8080:8080', 'http://box1:8080', 'token'],
    ['::', '[::]:8080:8080', 'http://box1:8080', 'token'],
    ['10.1.2.3', '10.1.2.3:8080:8080', 'http://10.1.2.3:8080', 'token'],
  ])(
    'binds to %s, reports the reachable URL, and opens the coordinator only on loopback',
    (...[bind, port, url, readers]) => {
      const input = inputOf({ bind });
      const services = servicesOf(input);
      expect(services['chat-llm']?.['ports']).toEqual([port]);
      expect(workerConfigOf(input).engines[0]?.endpoint).toBe(url);
      expect(services['coordinator']?.environment['RMA_COORDINATOR_READERS']).toBe(readers);
    },
  );

  it('declares the cache volume only if an engine uses it', () => {
    const volumesOf = (cachePath: string | null) => {
      const catalog = catalogOf(
        { chat: [profileServiceOf({ engine: 'llm', models: ['small'], flags: [], memoryBytes: null })] },
        [engineOf('llm', { cachePath })],
      );
      return stackOf(fleetInputOf({ selection: selectServices(catalog, ['chat']) })).volumes.map(
        ({ name }) => name,
      );
    };
    expect(volumesOf(null)).toEqual(['rma-models']);
    expect(volumesOf('/cache')).toEqual(['rma-models', 'rma-cache']);
  });

  it.each([
    [3 * 2 ** 30, '3g'],
    [1.5 * 2 ** 30, '1536m'],
    [10_000_000, '10000000b'],
  ])('limits memory of %d bytes as %s', (memoryBytes, memory) => {
    const catalog = catalogOf({ chat: [profileServiceOf({ memoryBytes })] });
    const services = servicesOf(fleetInputOf({ selection: selectServices(catalog, ['chat']) }));
    expect(services['chat-llm']?.['deploy']).toEqual({ resources: { limits: { memory } } });
  });

  it('stops a worker after its drain timeout plus a margin', () => {
    expect(servicesOf(inputOf({ drainSeconds: 90 }))['chat-worker']?.['stop_grace_period']).toBe('105s');
  });

  it('[fail X8] [req L08] mounts only the secrets in use, each only in its service', () => {
    const input = fleetInputOf({ secrets: new Set(['hf_token', 'coordinator_key', 'worker_token_chat']) });
    const services = servicesOf(input);
    expect(
      Object.fromEntries(Object.entries(services).map(([name, service]) => [name, service['secrets']])),
    ).toEqual({
      coordinator: ['coordinator_key'],
      'chat-worker': ['hf_token', 'worker_token_chat'],
      'chat-llm': undefined,
    });
    expect(stackOf(fleetInputOf({ secrets: new Set() })).text).not.toContain('secrets:');
  });

  it('has no in-flight metric for an engine without metrics', () => {
    const catalog = catalogOf(
      { chat: [profileServiceOf({ engine: 'llm', models: ['small'], flags: [], memoryBytes: null })] },
      [engineOf('llm', { metricsPath: null })],
    );
    const input = fleetInputOf({ selection: selectServices(catalog, ['chat']) });
    expect(workerConfigOf(input).engines[0]?.inFlight).toBeNull();
  });
});
