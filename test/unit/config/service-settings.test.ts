import { describe, expect, it } from 'vitest';
import { withServiceSettings } from '../../../src/core/config/apply-service-settings.ts';
import { resolveConfig } from '../../../src/core/config/resolve-config.ts';
import { asRmaYaml } from '../../../src/core/config/show-config.ts';
import type { Catalog, ProfileService } from '../../../src/core/domain/profile.ts';
import { selectServices } from '../../../src/core/profile/select-services.ts';
import { toYaml } from '../../../src/core/yaml/yaml-text.ts';
import { withFile } from '../../helpers/builders/config-sources.ts';
import { catalogOf, engineOf, profileServiceOf } from '../../helpers/builders/render-builders.ts';
import { shippedCatalog } from '../../helpers/builders/shipped-catalog.ts';

const GIB = 2 ** 30;
const settingsOf = (yaml: string) => resolveConfig(withFile(`services:\n${yaml}`)).config.services ?? {};
const apply = (yaml: string, catalog: Catalog = shippedCatalog()): Catalog =>
  withServiceSettings(catalog, settingsOf(yaml));
const servicesOf = (catalog: Catalog, profile: string): readonly ProfileService[] =>
  catalog.profiles.get(profile)?.variants.flatMap(({ services }) => services) ?? [];

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    expect(error).toMatchObject({ code: 'RMA_CONFIG_INVALID', exitCode: 2 });
    return (error as Error).message;
  }
  return 'no fault';
}

describe('settings of services in rma.yaml', () => {
  it('are read with their place', () => {
    const text = `  vllm-vllm:
    flags: [--seed, "1"]
    memory: 12GiB
    memory_reservation: 8GiB
    gpus: [0, GPU-5f]
    exclusive: true
    context: 2048
    concurrency: 4
    replicas: 2
    max_loaded: 1
    utilization: 0.7
    environment: { VLLM_LOGGING_LEVEL: DEBUG }
    extra_volumes: [./certs:/certs:ro, prompts:/prompts]
    api_key_file: ./keys/vllm
  ocr-ollama:
`;
    expect(settingsOf(text)).toEqual({
      'vllm-vllm': {
        flags: ['--seed', '1'],
        memoryBytes: 12 * 2 ** 30,
        memoryReservationBytes: 8 * 2 ** 30,
        gpus: ['0', 'GPU-5f'],
        exclusive: true,
        context: 2048,
        concurrency: 4,
        replicas: 2,
        maxLoaded: 1,
        utilization: 0.7,
        environment: { VLLM_LOGGING_LEVEL: 'DEBUG' },
        extraVolumes: [
          { source: { type: 'host', path: '/srv/My Demo/certs' }, path: '/certs', readOnly: true },
          { source: { type: 'named', name: 'prompts' }, path: '/prompts', readOnly: false },
        ],
        apiKeyFile: '/srv/My Demo/keys/vllm',
        where: 'rma.yaml:2:3',
      },
      'ocr-ollama': { where: 'rma.yaml:16:3' },
    });
  });

  it('[req R21] [req R25] change a service in all variants of its profile', () => {
    const changed = apply(
      '  vllm-vllm: { utilization: 0.7, context: 2048, memory: 12GiB, memory_reservation: 8GiB }\n',
    );
    const [fp16, quantized] = servicesOf(changed, 'vllm');
    for (const service of [fp16, quantized]) {
      expect(service).toMatchObject({
        utilization: 0.7,
        context: 2048,
        concurrency: 8,
        memoryBytes: 12 * GIB,
        memoryReservationBytes: 8 * GIB,
      });
    }
    expect(servicesOf(changed, 'ocr')).toEqual(servicesOf(shippedCatalog(), 'ocr'));
  });

  it('add flags and variables to those of the profile', () => {
    const catalog = catalogOf({
      chat: [profileServiceOf({ flags: ['-a'], environment: { A: '1', B: '1' } })],
    });
    const [service] = servicesOf(
      apply('  chat-llm: { flags: [--seed, "1"], environment: { B: "2" } }\n', catalog),
      'chat',
    );
    expect(service).toMatchObject({ flags: ['-a', '--seed', '1'], environment: { A: '1', B: '2' } });
  });

  it('lower the reservation of the profile with the limit', () => {
    const services = servicesOf(apply('  vllm-vllm: { memory: 6GiB }\n'), 'vllm');
    expect(services.map((one) => [one.memoryBytes, one.memoryReservationBytes])).toEqual([
      [6 * GIB, 6 * GIB],
      [6 * GIB, 6 * GIB],
    ]);
  });

  it('select a service by its number if a profile runs its engine several times', () => {
    const small = profileServiceOf({ replicas: 2 });
    const catalog = catalogOf({ chat: [small, profileServiceOf({ models: ['big'] })] });
    const names = selectServices(catalog, ['chat']).services.map(({ service }) => service);
    expect(names).toEqual(['chat-llm', 'chat-llm-2', 'chat-llm-3']);
    const services = servicesOf(apply('  chat-llm-3: { context: 9 }\n', catalog), 'chat');
    expect(services.map(({ context }) => context)).toEqual([null, 9]);
  });

  it('keep a service that two profiles share one service', () => {
    const catalog = catalogOf({
      a: [profileServiceOf()],
      b: [profileServiceOf(), profileServiceOf({ models: ['big'] })],
    });
    for (const key of ['a-llm', 'b-llm']) {
      const { services } = selectServices(apply(`  ${key}: { context: 9, memory: 1GiB }\n`, catalog), [
        'a',
        'b',
      ]);
      expect(services.map((one) => [one.service, one.context, one.memoryBytes])).toEqual([
        ['a-llm', 9, GIB],
        ['b-llm', 4096, null],
      ]);
    }
    const apart = selectServices(apply('  a-llm: { context: 9 }\n  b-llm: { context: 8 }\n', catalog), [
      'a',
      'b',
    ]);
    expect(apart.services.map(({ context }) => context)).toEqual([9, 8, 4096]);
  });

  it('are printed as rma.yaml writes them', () => {
    const text = `services:
  vllm-vllm:
    flags:
      - --seed
      - "1"
    memory: 12GiB
    memory_reservation: 512MiB
    gpus: 2
    exclusive: true
    context: 2048
    concurrency: 4
    replicas: 2
    max_loaded: 1
    utilization: 0.7
    environment:
      LEVEL: "1"
    extra_volumes:
      - /certs:/certs:ro
      - prompts:/prompts
    api_key_file: /keys/vllm
`;
    const shown = asRmaYaml(resolveConfig(withFile(text)));
    expect(toYaml({ services: shown['services'] })).toBe(text);
  });
});

describe('faults in the settings of services', () => {
  it.each([
    [
      'an unknown service',
      '  vllm-vlm: { context: 1 }',
      'rma.yaml:2:3: services: unknown service "vllm-vlm"; did you mean "vllm-vllm"?',
    ],
    [
      'a key for an engine that reads none',
      '  vllm-vllm: { api_key_file: key }',
      'rma.yaml:2:3: services.vllm-vllm: engine "vllm" cannot read an API key from a file',
    ],
    [
      'a variable that names the file of a key',
      '  docling-docling-serve: { api_key_file: key, environment: { DOCLING_SERVE_CONFIG_FILE: /x.json } }',
      'rma.yaml:2:3: services.docling-docling-serve: rma sets DOCLING_SERVE_CONFIG_FILE itself if "api_key_file" is set',
    ],
    [
      'a repeated flag',
      '  vllm-vllm: { flags: [--max-model-len, "1"] }',
      'rma.yaml:2:3: services.vllm-vllm: "--max-model-len" repeats --max-model-len, which rma passes to engine "vllm"; set "context"',
    ],
    [
      'a reservation above the limit',
      '  vllm-vllm: { memory_reservation: 13GiB }',
      'rma.yaml:2:3: services.vllm-vllm: "memory_reservation" must not exceed "memory"',
    ],
    [
      'no GPU for an engine that needs one',
      '  vllm-vllm: { gpus: 0 }',
      'rma.yaml:2:3: services.vllm-vllm: engine "vllm" needs a GPU, not 0',
    ],
    [
      'a share of a GPU on the CPU',
      '  cpu-worker-llamacpp: { utilization: 0.5 }',
      'rma.yaml:2:3: services.cpu-worker-llamacpp: "utilization" is a share of a GPU, but "gpus" is 0',
    ],
    [
      'a variable of the engine file',
      '  vllm-vllm: { environment: { HF_HOME: /x } }',
      'rma.yaml:2:3: services.vllm-vllm: rma sets HF_HOME of engine "vllm" itself',
    ],
    [
      'a secret',
      '  vllm-vllm: { environment: { VLLM_API_KEY: x } }',
      'rma.yaml:2:3: services.vllm-vllm: VLLM_API_KEY looks like a secret, which docker inspect would show; set it in a file that the engine reads',
    ],
  ])('report %s', (_, line, message) => {
    expect(messageOf(() => apply(`${line}\n`))).toBe(message);
  });

  it('reject a mount over the cache of an engine', () => {
    const catalog = catalogOf({ chat: [profileServiceOf()] }, [
      engineOf('llm', { cachePath: '/var/cache/llm' }),
    ]);
    expect(messageOf(() => apply('  chat-llm: { extra_volumes: [a1:/var/cache/llm/x] }\n', catalog))).toBe(
      'rma.yaml:2:3: services.chat-llm: a mount overlaps /var/cache/llm, which engine "llm" uses',
    );
  });

  it.each([
    ['memry: 1GiB', '2:10: unknown key "memry"; did you mean "memory"?'],
    ['memory: 1', '2:18: "services.a-b.memory" must be a size from 6MiB up, such as 2GiB, not 1'],
    [
      'utilization: 0.97',
      '2:23: "services.a-b.utilization" must be a fraction from 0.05 to 0.95 with at most two decimals, such as 0.7, not 0.97',
    ],
    [
      'utilization: 0.123',
      '2:23: "services.a-b.utilization" must be a fraction from 0.05 to 0.95 with at most two decimals, such as 0.7, not 0.123',
    ],
    [
      'gpus: -1',
      '2:16: "services.a-b.gpus" must be a count (0 for the CPU, at most 64), all, or a list of indices and UUIDs, not -1',
    ],
    ['environment: { 1A: x }', '2:25: the key "1A" must be a name of letters, digits and _'],
  ])('report %s at its place', (setting, message) => {
    expect(messageOf(() => settingsOf(`  a-b: { ${setting} }\n`))).toBe(`rma.yaml:${message}`);
  });

  it.each([
    ['certs', 'an absolute path in the container after the first ":", such as /certs'],
    ['/a:/b:rx', 'SOURCE:TARGET, SOURCE:TARGET:ro or SOURCE:TARGET:rw'],
    ['/a:b', 'an absolute path in the container after the first ":", such as /certs'],
    ['/a:/b/../models', 'an absolute path in the container after the first ":", such as /certs'],
    ['a/b:/c', 'a path (/data, ./data, ~/data) or a volume name before the first ":"'],
    ['/a:/models/x', 'a path in the container other than /models, which is in use'],
    ['/a:/', 'a path in the container other than /models, which is in use'],
    ['/a:/run', 'a path in the container other than /run/secrets, which is in use'],
    ['/a:/cache/', 'a path in the container other than /cache, which is in use'],
    ['/var/run/docker.sock:/x', 'a source without the Docker socket, which controls the whole machine'],
    ['/run:/x', 'a source without the Docker socket, which controls the whole machine'],
  ])('reject the mount %s', (mount, message) => {
    expect(messageOf(() => settingsOf(`  a-b: { extra_volumes: ["${mount}"] }\n`))).toBe(
      `rma.yaml:2:26: "services.a-b.extra_volumes[0]" must be ${message}, not "${mount}"`,
    );
  });

  it.each([
    ['named:rma-models', 'rma-models:/m'],
    ['named:rma-models', 'rma-cache:/c2:rw'],
    ['host:/data/models', '/data/models:/m'],
    ['host:/data/models', '/data:/m'],
    ['host:/data/models', '/data/models/gguf:/m'],
  ])('reject a writable mount of the store %s: %s', (store, mount) => {
    const text = `  a-b: { extra_volumes: ["${mount}"] }\nvolumes: { store: "${store}" }\n`;
    const readOnly = `${mount.replace(/:rw$/, '')}:ro`;
    expect(messageOf(() => settingsOf(text))).toBe(
      `rma.yaml:2:3: services.a-b: extra_volumes: engines only read the volumes of rma; use ${readOnly}`,
    );
    expect(settingsOf(text.replace(mount, readOnly))).toHaveProperty('a-b');
  });

  it('reject two mounts at one place', () => {
    expect(messageOf(() => settingsOf('  a-b: { extra_volumes: ["/a:/x", "/b:/x/"] }\n'))).toBe(
      'rma.yaml:2:35: /x is mounted twice',
    );
  });
});
