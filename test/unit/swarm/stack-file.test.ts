import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { withServiceSettings } from '../../../src/core/config/apply-service-settings.ts';
import { resolveConfig } from '../../../src/core/config/resolve-config.ts';
import { isStackFile, STACK_FILE } from '../../../src/core/swarm/stack-file.ts';
import { KUBERNETES_CASES } from '../../golden/kubernetes/cases.ts';
import { SWARM_CASES } from '../../golden/swarm/cases.ts';
import { withFile } from '../../helpers/builders/config-sources.ts';
import { shippedCatalog } from '../../helpers/builders/shipped-catalog.ts';
import type { ExportCase } from '../../helpers/kubernetes/export-of.ts';
import type { Plain } from '../../helpers/kubernetes/manifest-faults.ts';
import { stackExport } from '../../helpers/swarm/stack-export.ts';

const FOLDER = join(import.meta.dirname, '../../golden/swarm');
const cases = Object.entries(SWARM_CASES).map(([name, each]) => ({ name, each }));

/** `docker stack deploy` ignores these keys of a service, or refuses them: docker/cli, cli/compose/types/types.go */
const NOT_IN_A_STACK = [
  ...['build', 'cgroupns_mode', 'cgroup_parent', 'devices', 'domainname', 'external_links', 'ipc', 'links'],
  ...[
    'mac_address',
    'network_mode',
    'pid',
    'privileged',
    'restart',
    'security_opt',
    'shm_size',
    'userns_mode',
  ],
  ...['container_name', 'expose', 'extends', 'volume_driver', 'volumes_from', 'cpu_quota', 'cpu_shares'],
  ...['cpuset', 'mem_limit', 'memswap_limit', 'depends_on', 'pull_policy', 'gpus'],
];

async function stackOf(each: ExportCase, token: string | null = null): Promise<Plain> {
  return parse((await stackExport(each, token)).files.get(STACK_FILE) ?? '');
}

describe('the stack file', () => {
  it.each(cases)('of $name is the golden file, with the same bytes each time', async ({ name, each }) => {
    const text = (await stackExport(each)).files.get(STACK_FILE) ?? '';
    const released = text.replace(/rma \d+\.\d+\.\d+ for/, 'rma 1.2.3 for');
    await expect(released).toMatchFileSnapshot(join(FOLDER, `${name}.yaml`));
    expect((await stackExport(each)).files.get(STACK_FILE)).toBe(text);
  });

  it('has a case for each golden file', () => {
    const files = readdirSync(FOLDER).filter((file) => file.endsWith('.yaml'));
    expect(files).toEqual(cases.map(({ name }) => `${name}.yaml`).sort());
  });

  it.each(cases)('of $name has no key that Swarm ignores, and only files of the export', async ({ each }) => {
    const { files } = await stackExport(each);
    const stack = parse(files.get(STACK_FILE) ?? '');
    for (const service of Object.values<Plain>(stack.services)) {
      expect(Object.keys(service).filter((key) => NOT_IN_A_STACK.includes(key))).toEqual([]);
      expect(service.deploy.resources?.reservations ?? {}).not.toHaveProperty('devices');
    }
    const named = Object.values<Plain>(stack.configs).map(({ file }) => file.replace('./', ''));
    expect([STACK_FILE, ...named].sort()).toEqual([...files.keys()].sort());
    for (const [name, text] of files) expect(isStackFile(name, text)).toBe(true);
  });
});

describe('a service of a stack', () => {
  it('reserves whole GPUs, and shared memory as a tmpfs', async () => {
    const { services } = await stackOf(SWARM_CASES['two-gpus'] ?? { profiles: [] });
    const { deploy, volumes } = services['vllm-vllm'];
    expect(deploy.resources.reservations.generic_resources).toEqual([
      { discrete_resource_spec: { kind: 'NVIDIA-GPU', value: 2 } },
    ]);
    expect(volumes).toContainEqual({ type: 'tmpfs', target: '/dev/shm', tmpfs: { size: 8 * 2 ** 30 } });
  });

  it('leaves the empty store to the worker, whose image has its owner', async () => {
    const { services } = await stackOf({ profiles: ['cpu-worker'] });
    const store = (name: string) => services[name].volumes.find((each: Plain) => each.source === 'store');
    expect(store('cpu-worker-worker')).toEqual({ type: 'volume', source: 'store', target: '/models' });
    expect(store('cpu-worker-llamacpp')).toMatchObject({ read_only: true, volume: { nocopy: true } });
  });

  it('runs on labelled nodes if it needs the store', async () => {
    const { services } = await stackOf({ profiles: ['cpu-worker'] });
    const constraint = { constraints: ['node.labels.rma.demo == true'] };
    expect(services['cpu-worker-llamacpp'].deploy.placement).toEqual(constraint);
    expect(services['coordinator'].deploy).not.toHaveProperty('placement');
  });

  it('mounts the hub token only if this machine has one, and never its value', async () => {
    const secrets = async (token: string | null) =>
      Object.keys((await stackOf({ profiles: ['cpu-worker'] }, token)).secrets);
    expect(await secrets(null)).toEqual(['coordinator_key', 'worker_token_cpu-worker']);
    expect(await secrets('hf_secret')).toEqual(['coordinator_key', 'hf_token', 'worker_token_cpu-worker']);
    const { files } = await stackExport({ profiles: ['cpu-worker'] }, 'hf_secret');
    expect([...files.values()].join()).not.toContain('hf_secret');
  });
});

it('the stack file has the command that creates the secret of an API key from a file', async () => {
  const file = 'services: { docling-docling-serve: { api_key_file: /home/me/docling-key } }\n';
  const { services = {} } = resolveConfig(withFile(file)).config;
  const catalog = withServiceSettings(shippedCatalog(), services);
  const { files } = await stackExport({ ...KUBERNETES_CASES['docling'], profiles: ['docling'], catalog });
  expect(files.get(STACK_FILE)).toContain(
    `#   printf %s '{"api_key": "'"$(cat API_KEY_FILE)"'"}' | docker secret create demo_docling-docling-serve-api-key.json -`,
  );
});

describe('what a stack cannot express', () => {
  it('is reported', async () => {
    const { notExported } = await stackExport(SWARM_CASES['two-gpus'] ?? { profiles: [] });
    expect(notExported.map(({ what }) => what)).toEqual([
      'start order',
      'no-new-privileges',
      'GPU pins (vllm: 0+1)',
    ]);
  });

  it('is an error if a service would not work: a directory of a volume', async () => {
    const volumes = (store: 'named' | 'host'): ExportCase['config'] => ({
      volumes: {
        store: store === 'named' ? { type: 'named', name: 'm' } : { type: 'host', path: '/data/models' },
        cache: { type: 'named', name: 'rma-cache' },
      },
    });
    await expect(stackOf({ profiles: ['tokenizer'], config: volumes('named') ?? {} })).rejects.toMatchObject({
      code: 'RMA_SWARM_MOUNT',
      exitCode: 2,
      message: expect.stringContaining(
        'tokenizer-llm-d-tokenizer mounts a directory of the store at /app/models',
      ),
    });
    const { services } = await stackOf({ profiles: ['tokenizer'], config: volumes('host') ?? {} });
    expect(services['tokenizer-llm-d-tokenizer'].volumes).toContainEqual({
      type: 'bind',
      source: '/data/models/local',
      target: '/app/models',
      read_only: true,
    });
  });

  it('is an error if a name is longer than Swarm accepts', async () => {
    const projectOf = (length: number): ExportCase => ({
      profiles: ['cpu-worker'],
      config: { project: 'p'.repeat(length) },
    });
    const stack = await stackOf(projectOf(35));
    const names = (section: Plain) => Object.values<Plain>(section).map(({ name }) => name.length);
    expect(Math.max(...names(stack.configs), ...names(stack.secrets))).toBe(64);
    await expect(stackOf(projectOf(36))).rejects.toMatchObject({
      code: 'RMA_SWARM_NAME',
      exitCode: 2,
      message: expect.stringMatching(
        /^the name of the config p{36}_cpu-worker-worker-\w{10} has 65 characters; Swarm accepts at most 64$/,
      ),
      hint: 'shorten it by 1: use another name of the project (--project NAME), or rename the profile',
    });
  });

  it('is an error if the list of models is larger than a config can be', async () => {
    const digest = { algorithm: 'sha256', hex: 'ab'.repeat(32) } as const;
    const files = Array.from({ length: 9000 }, (_, at) => ({ path: `part-${at}.gguf`, bytes: 1, digest }));
    await expect(
      stackOf({
        profiles: ['vllm'],
        kubernetes: { gpuMemoryBytes: 24e9 },
        pinned: (model) => ({ ...model, files: [...model.files, ...files] }),
      }),
    ).rejects.toMatchObject({ code: 'RMA_SWARM_CONFIG_SIZE', exitCode: 5 });
  });
});

it('another file in the directory is not part of an export', () => {
  expect(isStackFile(STACK_FILE, 'services: {}\n')).toBe(false);
  expect(isStackFile('gguf-worker-0123456789.config', '{}')).toBe(false);
  expect(
    isStackFile(
      'notes.txt',
      '# Generated by rma 1.0.0 for project a. Do not edit: rma export swarm overwrites it.\n',
    ),
  ).toBe(false);
});
