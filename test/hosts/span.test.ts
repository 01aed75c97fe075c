import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { beforeTests } from '../helpers/at-end.ts';
import { coordinatorWorkers } from '../helpers/hosts/coordinator-list.ts';
import { chat, type HostsProject, hostsProject, type UpOverHosts } from '../helpers/hosts/hosts-project.ts';
import { startHosts } from '../helpers/hosts/start-hosts.ts';
import type { TestHost } from '../helpers/hosts/test-host.ts';
import { PATIENCE } from '../helpers/patience.ts';
import { CHECKOUT } from '../helpers/stack/engine-script.ts';

const BOTH_READY = ['h1-fleet-large ready', 'h2-fleet-large ready'];
const GPUS = { gpus: { shape: '1x24' } } as const;

const hosts = beforeTests((atEnd) => startHosts({ h1: GPUS, h2: GPUS }, atEnd));

test('a model that fits on no host alone runs over two with llama.cpp, and restarts as a whole after a crash', async () => {
  const { h1, h2 } = hosts;
  const project = await spanningProject([h1, h2], {
    engine: 'llamacpp',
    ref: 'hf:Qwen/Qwen2.5-0.5B-Instruct-GGUF:qwen2.5-0.5b-instruct-q4_k_m.gguf',
  });
  const plan = await project.rma('plan');
  expect(plan.stdout).toMatch(/profile large spans hosts h1 and h2 over 10\.77\.0\.11 .* and 10\.77\.0\.12 /);
  const url = await upUrl(project);
  expect(await chat(url)).toBe(200);
  expect(await coordinatorWorkers(h1)).toEqual(BOTH_READY);
  expect(await logsOf(h2)).toContain('Accepted client connection');
  // the member needs no model files: the head sends them
  expect(project.filesSent()).toBe(1);

  await crash(h2);
  await serves(h1, 2);
  expect(await chat(url)).toBe(200);
  expect((await project.json<UpOverHosts>('up')).operations).toEqual([]);

  await h2.kill();
  await vi.waitFor(
    async () => expect(await coordinatorWorkers(h1)).toEqual(['h1-fleet-large degraded']),
    PATIENCE,
  );
  await h2.start();
  await serves(h1, 3);
  expect(await chat(url)).toBe(200);
  expect((await project.rma('down')).code).toBe(0);
  for (const host of [h1, h2]) expect(await host.docker('ps', '--all', '--quiet')).toBe('');
});

test('vLLM gets ranks, addresses and interfaces of two hosts that a stand-in accepts, and restarts after a crash', async () => {
  const { h1, h2 } = hosts;
  await Promise.all([h1, h2].map(buildStandin));
  const project = await spanningProject([h1, h2], { engine: 'vllm', ref: 'hf:test/mistral' });
  project.env['RMA_IMAGES'] = `vllm=${STANDIN_IMAGE}`;
  const url = await upUrl(project);
  expect(await chat(url)).toBe(200);
  await crash(h2);
  await serves(h1, 2);
  expect(await chat(url)).toBe(200);
});

const STANDIN_IMAGE = 'standin/vllm-group:1';

interface LargeModel {
  readonly engine: string;
  readonly ref: string;
}

/** A project whose only profile has one model that needs more memory than the GPU of a host has. */
async function spanningProject(
  over: readonly TestHost[],
  { engine, ref }: LargeModel,
): Promise<HostsProject> {
  const project = await hostsProject(over, 'profiles: [large]', 'placement: { large: { span: hosts } }');
  const profiles = join(project.dir, 'profiles');
  mkdirSync(profiles);
  writeFileSync(join(profiles, 'models.yaml'), `large: { ref: "${ref}", kind: chat, gpu_memory: 36GB }\n`);
  const service = `  - { engine: ${engine}, models: [large], context: 2048 }`;
  writeFileSync(join(profiles, 'large.yaml'), `description: a test\nservices:\n${service}\n`);
  return project;
}

async function upUrl(project: HostsProject): Promise<string> {
  const up = await project.json<UpOverHosts>('up');
  const urls = up.hosts.flatMap(({ endpoints }) => endpoints.filter(({ chatPath }) => chatPath !== null));
  expect(urls).toHaveLength(1);
  return urls[0]?.url ?? '';
}

async function engineOf(host: TestHost): Promise<string> {
  return host.docker('ps', '--quiet', '--filter', 'name=-large-(llamacpp|vllm)-');
}

async function logsOf(host: TestHost): Promise<string> {
  const { stdout } = await host.sh(`docker logs ${await engineOf(host)} 2>&1`);
  return stdout;
}

/** Ends the first process of the engine's container as the kernel does without memory: Docker restarts the container. */
async function crash(host: TestHost): Promise<void> {
  const pid = await host.docker('inspect', '--format', '{{.State.Pid}}', await engineOf(host));
  expect((await host.sh(`kill -KILL ${pid}`)).code).toBe(0);
}

async function serves(head: TestHost, generation: number): Promise<void> {
  await vi.waitFor(async () => {
    expect(await logsOf(head)).toContain(`group: generation ${generation} starts`);
    expect(await coordinatorWorkers(head)).toEqual(BOTH_READY);
  }, PATIENCE);
}

async function buildStandin(host: TestHost): Promise<void> {
  const base = process.env['RMA_WORKER_BASE'] ?? '';
  const folder = join(CHECKOUT, 'test/standins');
  const file = join(folder, 'vllm-group.Dockerfile');
  await host.docker(
    'build',
    '--quiet',
    '--tag',
    STANDIN_IMAGE,
    '--build-arg',
    `BASE=${base}`,
    '--file',
    file,
    folder,
  );
}
