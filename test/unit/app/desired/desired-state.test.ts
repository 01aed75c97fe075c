import { describe, expect, it } from 'vitest';
import { desiredState } from '../../../../src/app/desired/desired-state.ts';
import { placeServices } from '../../../../src/app/desired/place-services.ts';
import { readRequest } from '../../../../src/app/desired/read-request.ts';
import { observe } from '../../../../src/app/observe/observe.ts';
import type { RmaConfig } from '../../../../src/core/domain/config.ts';
import { parseProjectState } from '../../../../src/core/profile/project-state.ts';
import { parseResolved } from '../../../../src/core/source/resolved-file.ts';
import {
  catalogOf,
  configOf,
  engineOf,
  profileServiceOf,
} from '../../../helpers/builders/render-builders.ts';
import { containerOf } from '../../../helpers/host/container-of.ts';
import { FakeHost } from '../../../helpers/host/fake-host.ts';
import { fakeInvocation } from '../../../helpers/host/fake-invocation.ts';

const chat = [profileServiceOf()];
const shipped = catalogOf({ chat, extra: [profileServiceOf({ models: ['big'] })] });

interface Options {
  readonly over?: Partial<RmaConfig>;
  readonly host?: FakeHost;
  readonly catalog?: typeof shipped;
  readonly profiles?: readonly string[];
  readonly directory?: string;
}

async function desire({ over, host = new FakeHost(), catalog = shipped, profiles = [], directory }: Options) {
  const config = configOf(over);
  const invocation = fakeInvocation(catalog);
  const project = await readRequest(host, invocation, { config, profiles, refresh: false });
  const snapshot = await observe(host, invocation, { config, gpus: project.usesGpus });
  const placed = await placeServices(invocation, { project, snapshot });
  const place = directory === undefined ? {} : { directory };
  return desiredState(host, invocation, { project, placed, snapshot, ...place });
}

const portOf = ({ desired }: Awaited<ReturnType<typeof desire>>, service: string) =>
  desired.stack.services.find(({ name }) => name === service)?.port;

describe('desiredState', () => {
  it('keeps the ports of containers and of earlier commands', async () => {
    const host = new FakeHost();
    const ports = [{ address: '127.0.0.1', hostPort: 18_080, containerPort: 8080 }];
    host.engine.put(containerOf({ service: 'chat-llm', project: 'demo', state: 'exited', ports }));
    expect(portOf(await desire({ host }), 'chat-llm')).toBe(18_080);
    const fresh = new FakeHost();
    const { desired } = await desire({ host });
    for (const [path, text] of desired.files) fresh.files.put(path, text);
    expect(portOf(await desire({ host: fresh }), 'chat-llm')).toBe(18_080);
  });

  it('skips a port in use and warns once', async () => {
    const host = new FakeHost();
    host.takenPorts.add(8080).add(8081);
    const found = await desire({ host });
    expect(portOf(found, 'chat-llm')).toBe(8082);
    expect(found.checks).toMatchObject([{ level: 'warning' }]);
    expect((await desire({})).checks).toEqual([]);
  });

  it('saves added profiles, ports and services, and resolves the models of all variants', async () => {
    const { desired } = await desire({ profiles: ['extra'] });
    const dir = configOf().stateDir;
    const text = (name: string) => desired.files.get(`${dir}/${name}`) ?? '';
    const state = parseProjectState(text('state.json'), '');
    expect(state.profiles).toEqual(['extra']);
    expect(Object.keys(state.ports).sort()).toEqual(['chat-llm', 'coordinator', 'extra-llm']);
    expect(Object.keys(state.services ?? {})).toEqual(['chat-llm', 'extra-llm']);
    const resolved = parseResolved(text('resolved.json'), '');
    expect([...resolved.pinned.keys()].sort()).toEqual(['hf:org/big:big.gguf', 'hf:org/small:small.gguf']);
    expect(text('compose.yaml')).toBe(desired.stack.text);
  });

  it('renders the path of another directory', async () => {
    const { desired } = await desire({ directory: '/tmp/out' });
    expect(desired.stack.text).toContain('docker compose -f /tmp/out/compose.yaml up -d');
  });

  it('creates a token for the worker that replaces a profile without a GPU', async () => {
    const onGpu = [profileServiceOf({ gpus: 1 })];
    const catalog = catalogOf({ chat: onGpu, 'cpu-worker': [profileServiceOf()] }, [
      engineOf('llm', { gpu: 'optional', sharesGpu: true }),
    ]);
    const gpu = { ...configOf().gpu, use: 'auto' } as const;
    const { secrets } = await desire({ catalog, over: { gpu } });
    expect([...secrets.keys()]).toEqual(['coordinator_key', 'worker_token_cpu-worker']);
  });

  it.each([
    ['a volume', {}, { uid: 1000, gid: 1000 }],
    ['the settings', { owner: { uid: 7, gid: 8 } }, { uid: 7, gid: 8 }],
    ['a missing directory', { volumes: onHost('/data/new') }, { uid: 1001, gid: 1001 }],
    ['an existing directory', { volumes: onHost('/data/mine') }, { uid: 5, gid: 6 }],
    ['a directory owned by root', { volumes: onHost('/data/root') }, { uid: 1000, gid: 1000 }],
  ])('derives the owner of the store from %s', async (_, over, owner) => {
    const host = new FakeHost();
    host.files.put('/data/mine', '', { kind: 'directory', uid: 5, gid: 6 });
    host.files.put('/data/root', '', { kind: 'directory', uid: 0, gid: 0 });
    expect((await desire({ host, over })).access).toMatchObject({ owner, project: 'demo' });
  });
});

function onHost(path: string): RmaConfig['volumes'] {
  return { ...configOf().volumes, store: { type: 'host', path } };
}
