import { describe, expect, it } from 'vitest';
import { type DesiredQuestion, observeDesired } from '../../../../src/app/observe/observe-desired.ts';
import { checkStore, freeBytesBeside } from '../../../../src/app/observe/store-container.ts';
import { imageKey } from '../../../../src/core/docker/image-reference.ts';
import type { DockerVolume } from '../../../../src/core/docker/volume-of.ts';
import type { Snapshot } from '../../../../src/core/domain/snapshot.ts';
import { desiredOf } from '../../../helpers/builders/plan-builders.ts';
import { configOf } from '../../../helpers/builders/render-builders.ts';
import { containerOf } from '../../../helpers/host/container-of.ts';
import { FakeHost } from '../../../helpers/host/fake-host.ts';
import { invocationOf } from '../../../helpers/host/port-builders.ts';
import { snapshotOf } from '../../../helpers/host/snapshot-of.ts';

const config = configOf();
const desired = desiredOf();
const models = [...desired.models.values()];
const image = desired.workerImage.tag;
const volume: DockerVolume = { type: 'volume', name: 'rma-models', options: {} };
const accessTo = (to: DockerVolume) => ({
  image,
  volume: to,
  owner: { uid: 1000, gid: 1000 },
  project: 'demo',
});
const withStore = (over: Partial<Snapshot> = {}) =>
  snapshotOf({
    images: new Set([imageKey(image)]),
    volumes: new Map([['rma-models', { name: 'rma-models', driver: 'local', options: {}, labels: {} }]]),
    ...over,
  });
const invocation = invocationOf();

describe('checkStore', () => {
  it('reads an existing volume with the worker image', async () => {
    const host = new FakeHost();
    host.workers.store.add(models[0]?.ref ?? '');
    const question = { access: accessTo(volume), models, snapshot: withStore() };
    expect(await checkStore(host, invocation, question)).toMatchObject({
      checks: [{ ref: models[0]?.ref, state: 'present' }],
      freeBytes: 2 ** 42,
    });
  });

  it('returns null for an existing volume if the worker image is not built', async () => {
    const question = { access: accessTo(volume), models, snapshot: withStore({ images: new Set() }) };
    expect(await checkStore(new FakeHost(), invocation, question)).toBeNull();
  });

  it('returns null if the container fails', async () => {
    const host = new FakeHost();
    host.docker.oneOff = async () => ({ exitCode: 1, stdout: '', stderr: 'no space' });
    const question = { access: accessTo(volume), models, snapshot: withStore() };
    expect(await checkStore(host, invocation, question)).toBeNull();
  });

  it('reports a missing store as empty, without a container', async () => {
    const host = new FakeHost();
    const question = { access: accessTo({ type: 'host', path: '/data' }), models, snapshot: withStore() };
    const found = await checkStore(host, invocation, question);
    expect(found?.checks).toMatchObject([{ state: 'missing', missingBytes: 1000, totalBytes: 1000 }]);
    expect(found?.checks[0]?.missing).toEqual(models[0]?.files);
    host.files.put('/data/x', '');
    expect(await checkStore(host, invocation, question)).toMatchObject({ checks: [{ state: 'missing' }] });
  });
});

describe('freeBytesBeside', () => {
  const snapshot = withStore();
  const host = new FakeHost();
  host.files.put('/var/lib/docker/x', '');

  it('returns the free space of the host directory or of the engine directory', async () => {
    expect(await freeBytesBeside(host, { volume: { type: 'host', path: '/data' } }, snapshot)).toBe(2 ** 42);
    expect(await freeBytesBeside(host, { volume }, snapshot)).toBe(2 ** 42);
  });

  it('returns null for a server, and for an engine on another machine', async () => {
    const exported: DockerVolume = { ...volume, options: { type: 'nfs' } };
    expect(await freeBytesBeside(host, { volume: exported }, snapshot)).toBeNull();
    expect(await freeBytesBeside(new FakeHost(), { volume }, snapshot)).toBeNull();
  });
});

describe('observeDesired', () => {
  const question = (snapshot: Snapshot): DesiredQuestion => ({
    config,
    snapshot,
    desired,
    access: accessTo(volume),
  });
  const { port } = desired.stack.services.find(({ role }) => role === 'engine') ?? { port: null };

  it('probes only the ports of stopped services', async () => {
    const host = new FakeHost();
    host.takenPorts.add(port ?? 0);
    const engine = containerOf({ service: 'chat-llm', profile: 'chat', project: 'demo' });
    const stopped = snapshotOf({ containers: [{ ...engine, state: 'exited' }] });
    expect([...(await observeDesired(host, invocation, question(stopped))).portsTaken]).toEqual([port]);
    const running = snapshotOf({ containers: [engine] });
    expect((await observeDesired(host, invocation, question(running))).portsTaken.size).toBe(0);
  });

  it('adds the content of the store, or null if it cannot be read', async () => {
    const host = new FakeHost();
    const found = await observeDesired(host, invocation, question(withStore()));
    expect([...(found.store?.values() ?? [])]).toMatchObject([{ state: 'missing' }]);
    const unbuilt = await observeDesired(host, invocation, question(withStore({ images: new Set() })));
    expect([unbuilt.store, unbuilt.freeBytes]).toEqual([null, null]);
  });
});
