import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { observe } from '../../../../src/app/observe/observe.ts';
import { observeForRender } from '../../../../src/app/observe/observe-for-render.ts';
import { NO_GPUS } from '../../../../src/core/domain/snapshot.ts';
import { gpuOf, inventoryOf } from '../../../helpers/builders/place-box.ts';
import { configOf } from '../../../helpers/builders/render-builders.ts';
import { containerOf } from '../../../helpers/host/container-of.ts';
import { FakeHost } from '../../../helpers/host/fake-host.ts';
import { engineOf, invocationOf } from '../../../helpers/host/port-builders.ts';

const config = configOf();
const invocation = invocationOf();
const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');
const services = (containers: readonly { readonly service: string }[]) =>
  containers.map(({ service }) => service);

let host: FakeHost;
beforeEach(() => {
  host = new FakeHost();
});

const look = (gpus = false) => observe(host, invocation, { config, gpus });

describe('observe', () => {
  it('returns the containers of the project in full, and a list of all others', async () => {
    host.engine.put(containerOf({ service: 'chat-worker', profile: 'chat', project: 'demo' }));
    host.engine.put(containerOf({ service: 'coordinator', profile: null, project: 'demo' }));
    host.engine.put(containerOf({ service: 'other-llm', profile: 'other', project: 'other' }));
    const snapshot = await look();
    expect(services(snapshot.allContainers)).toEqual(['chat-worker', 'coordinator', 'other-llm']);
    expect(snapshot.containers).toMatchObject([
      { service: 'chat-worker', profile: 'chat' },
      { service: 'coordinator', profile: null },
    ]);
    expect(host.docker.execs).toEqual([]);
    expect(host.engine.reads.filter((read) => read.startsWith('container '))).toHaveLength(2);
  });

  it('hashes generated files and secrets, with the time of each secret', async () => {
    const dir = config.stateDir;
    host.files.put(`${dir}/compose.yaml`, 'services: {}\n');
    host.files.put(`${dir}/secrets/hf_token`, 'hf_x', { modifiedMs: 5 });
    host.files.put(`${dir}/notes.txt`, 'not generated');
    const { files, secrets, secretsWrittenAt, directories } = await look();
    expect([...files]).toEqual([[`${dir}/compose.yaml`, sha256('services: {}\n')]]);
    expect([...secrets]).toEqual([['hf_token', sha256('hf_x')]]);
    expect([...secretsWrittenAt]).toEqual([['hf_token', 5]]);
    expect(directories.size).toBe(0);
  });

  it('returns mounted host directories that exist', async () => {
    const volumes = { ...config.volumes, store: { type: 'host', path: '/data/models' } } as const;
    const inDirectory = { config: { ...config, volumes }, gpus: false };
    expect((await observe(host, invocation, inDirectory)).directories.size).toBe(0);
    host.files.put('/data/models/x.gguf', '');
    const { directories } = await observe(host, invocation, inDirectory);
    expect([...directories.keys()]).toEqual(['/data/models']);
  });

  it('reads GPUs and their processes only if requested', async () => {
    host.inventory = inventoryOf(gpuOf(0, 24_564));
    const onGpu = { gpus: ['GPU-0'], project: 'other', profile: 'other' };
    const running = host.engine.put(containerOf({ service: 'other-vllm', ...onGpu }));
    host.engine.put(containerOf({ service: 'other-tei', ...onGpu, state: 'exited' }));
    host.engine.pids.set('other-vllm', [4711]);
    expect(await look()).toMatchObject({ gpus: NO_GPUS, processes: new Map() });
    expect(host.engine.reads.filter((read) => read.startsWith('processes'))).toEqual([]);
    const { gpus, processes } = await look(true);
    expect(gpus.gpus).toHaveLength(1);
    expect([...processes]).toEqual([[running.id, [4711]]]);
  });

  it('has unknown processes if the engine cannot list them', async () => {
    const { id } = host.engine.put(containerOf({ service: 'chat-llm', gpus: ['GPU-0'] }));
    host.engine.processes = async () => {
      throw new Error('top is not supported');
    };
    expect([...(await look(true)).processes]).toEqual([[id, null]]);
  });

  it('reports an old engine before a missing Compose', async () => {
    const facts = await host.engine.facts();
    host.engine.facts = async () => ({ ...facts, version: '20.10.0' });
    host.docker.composeVersion = async () => {
      throw new Error('no Compose');
    };
    await expect(look()).rejects.toMatchObject({ code: 'RMA_DOCKER_TOO_OLD', exitCode: 3 });
    host.engine.facts = async () => facts;
    await expect(look()).rejects.toThrow('no Compose');
  });
});

describe('observeForRender', () => {
  it('returns GPUs but no containers without Docker', async () => {
    host.inventory = inventoryOf(gpuOf(0, 24_564));
    const parts = { gpus: host.gpus, facts: host.facts, files: host.files };
    const offline = { ...parts, engine: engineOf() };
    const { containers, allContainers, gpus } = await observeForRender(offline, invocation, {
      config,
      gpus: true,
    });
    expect([containers, allContainers]).toEqual([[], []]);
    expect(gpus.gpus).toHaveLength(1);
  });

  it('returns the containers of the project with their ports', async () => {
    const ports = [{ address: '127.0.0.1', hostPort: 18_080, containerPort: 8080 }];
    host.engine.put(containerOf({ service: 'chat-llm', project: 'demo', ports }));
    host.engine.put(containerOf({ service: 'other-llm', project: 'other' }));
    const { containers, gpus } = await observeForRender(host, invocation, { config, gpus: false });
    expect(containers).toMatchObject([{ service: 'chat-llm', ports }]);
    expect(gpus).toBe(NO_GPUS);
  });
});
