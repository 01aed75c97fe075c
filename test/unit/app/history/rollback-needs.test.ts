import { describe, expect, it } from 'vitest';
import { rollback } from '../../../../src/app/rollback.ts';
import { up } from '../../../../src/app/up.ts';
import type { Plan } from '../../../../src/core/plan/plan-types.ts';
import { formatModelRef } from '../../../../src/core/source/parse-ref.ts';
import { gpuOf, inventoryOf, processOf } from '../../../helpers/builders/place-box.ts';
import {
  catalogOf,
  configOf,
  engineOf,
  pinnedFile,
  profileServiceOf,
} from '../../../helpers/builders/render-builders.ts';
import { FakeHost } from '../../../helpers/host/fake-host.ts';
import { imageIdOf } from '../../../helpers/host/fake-images.ts';
import { fakeInvocation } from '../../../helpers/host/fake-invocation.ts';
import {
  CHANGED,
  FIRST,
  generatedFilesOf,
  idsOf,
  rollbackRequest,
  runningOf,
  twoStates,
} from '../../../helpers/host/rollback-request.ts';
import { sourceOf } from '../../../helpers/host/source-of.ts';
import { upRequest } from '../../../helpers/host/up-request.ts';

const config = configOf();
const IMAGE = 'example/llm:1';
const WORKER = 'rma-worker:1.2.3-0123456789ab';
const OTHER_ID = `sha256:${'e'.repeat(64)}`;

/** Returns the ids of the operations that must be complete before one starts. */
function ancestorsOf(id: string, plan: Plan): readonly string[] {
  const after = plan.operations.find((each) => each.id === id)?.after ?? [];
  return [...after, ...after.flatMap((each) => ancestorsOf(each, plan))];
}

describe('the images of a rollback', () => {
  /** Returns a host whose second state ran another image under the same reference. */
  async function movedImage(origin: 'pulled' | 'built' = 'pulled') {
    const host = new FakeHost();
    if (origin === 'built') host.engine.addImage(IMAGE);
    await up(host, fakeInvocation(FIRST), upRequest());
    host.engine.imageStore.pull(IMAGE, OTHER_ID);
    await up(host, fakeInvocation(CHANGED), upRequest());
    expect(runningOf(host)['chat-llm']).toMatchObject({ imageId: OTHER_ID });
    return { host, invocation: fakeInvocation(CHANGED) };
  }

  it('get their references back, and services that run other ones are recreated', async () => {
    const { host, invocation } = await movedImage();
    const { plan } = await rollback(host, invocation, rollbackRequest());
    expect(plan.operations).toContainEqual(
      expect.objectContaining({ kind: 'tag-image', image: imageIdOf(IMAGE), tag: IMAGE }),
    );
    expect(runningOf(host)['chat-llm']).toMatchObject({ imageId: imageIdOf(IMAGE) });
    const recreate = plan.operations.find(({ id }) => id === 'recreate-service chat-llm');
    expect(ancestorsOf(recreate?.id ?? '', plan)).toContain(`tag-image ${IMAGE}`);
  });

  it('replace another image even if nothing else differs', async () => {
    const { host, invocation } = await movedImage();
    await rollback(host, invocation, rollbackRequest());
    host.engine.alter(host.engine.find('demo', 'chat-llm')?.id ?? '', { imageId: OTHER_ID });
    const { plan } = await rollback(host, invocation, rollbackRequest(1));
    expect(plan.operations).toContainEqual(
      expect.objectContaining({ id: 'recreate-service chat-llm', cause: 'it runs another image' }),
    );
  });

  it('are pulled by their digest if they are gone', async () => {
    const { host, invocation } = await movedImage();
    host.engine.removeImage(imageIdOf(IMAGE));
    const { plan } = await rollback(host, invocation, rollbackRequest());
    expect(plan.operations).toContainEqual(
      expect.objectContaining({ kind: 'pull-image', image: IMAGE, digest: imageIdOf(IMAGE) }),
    );
    expect(runningOf(host)['chat-llm']).toMatchObject({ imageId: imageIdOf(IMAGE) });
  });

  it('are an error if they are gone and were never in a registry, which changes nothing', async () => {
    const { host, invocation } = await movedImage('built');
    host.engine.removeImage(imageIdOf(IMAGE));
    host.takeChanges();
    await expect(rollback(host, invocation, rollbackRequest())).rejects.toMatchObject({
      code: 'RMA_ROLLBACK_IMAGE',
      exitCode: 3,
      message: expect.stringContaining(IMAGE),
    });
    expect(host.takeChanges()).toEqual([]);
  });

  it('include the worker image of another version of rma, while it exists', async () => {
    const { host } = await twoStates();
    const newer = { context: '/image', tag: async () => 'rma-worker:2.0.0-ba9876543210' };
    await rollback(host, fakeInvocation(CHANGED, { workerImage: newer }), rollbackRequest());
    expect(runningOf(host)['chat-worker']).toMatchObject({ imageId: imageIdOf(WORKER) });
  });

  it('include that of this version, with a warning, if it no longer exists', async () => {
    const { host } = await twoStates();
    host.engine.removeImage(WORKER);
    const tag = 'rma-worker:2.0.0-ba9876543210';
    const invocation = fakeInvocation(CHANGED, { workerImage: { context: '/image', tag: async () => tag } });
    const { plan } = await rollback(host, invocation, rollbackRequest());
    expect(idsOf(plan)).toContain(`build-image ${tag}`);
    expect(plan.checks).toMatchObject([{ level: 'warning', code: 'RMA_ROLLBACK_WORKER' }]);
    expect(runningOf(host)['chat-worker']).toMatchObject({ imageId: imageIdOf(tag) });
    expect((await rollback(host, invocation, rollbackRequest(3))).plan.operations).toEqual([]);
  });
});

describe('the models of a rollback', () => {
  const sourcesOf = (commit: string) => ({
    sources: [sourceOf('hf', async (ref) => pinnedFile(formatModelRef(ref), { commit: commit.repeat(40) }))],
  });

  it('are those of that time, downloaded again if they are gone', async () => {
    const host = new FakeHost();
    await up(host, fakeInvocation(FIRST, sourcesOf('a')), upRequest());
    const [, resolved] = await generatedFilesOf(host);
    await up(host, fakeInvocation(FIRST, sourcesOf('b')), upRequest({ refresh: true }));
    expect((await generatedFilesOf(host))[1]).not.toBe(resolved);
    host.workers.store.clear();
    const { plan } = await rollback(host, fakeInvocation(FIRST, sourcesOf('b')), rollbackRequest());
    expect(idsOf(plan)).toContain('fetch-model hf:org/small:small.gguf');
    expect((await generatedFilesOf(host))[1]).toBe(resolved);
  });
});

describe('the GPUs of a rollback', () => {
  const catalog = catalogOf({ chat: [profileServiceOf({ gpus: 1 })] }, [
    engineOf('llm', { gpu: 'required' }),
  ]);
  const onCpu = catalogOf({ chat: [profileServiceOf()] });

  async function fromGpuToCpu() {
    const host = new FakeHost();
    host.inventory = inventoryOf(gpuOf(0, 24 * 1024));
    const ranges = { read: async () => new Uint8Array() };
    await up(host, fakeInvocation(catalog, { ranges, sources: [locatedSource] }), upRequest());
    await up(host, fakeInvocation(onCpu), upRequest());
    return host;
  }

  const locatedSource = {
    ...sourceOf('hf', async (ref) => pinnedFile(formatModelRef(ref))),
    locate: () => ({ url: 'https://hub/small.gguf', authorization: null }),
  };

  it('are used again', async () => {
    const host = await fromGpuToCpu();
    await rollback(host, fakeInvocation(onCpu), rollbackRequest());
    expect(host.engine.find('demo', 'chat-llm')?.gpus).toEqual(host.inventory.gpus.map(({ uuid }) => uuid));
  });

  it('are an error that names them if they are gone', async () => {
    const host = await fromGpuToCpu();
    const uuid = host.inventory.gpus[0]?.uuid ?? '';
    host.inventory = inventoryOf(gpuOf(1, 24 * 1024));
    await expect(rollback(host, fakeInvocation(onCpu), rollbackRequest())).rejects.toMatchObject({
      code: 'RMA_ROLLBACK_GPU',
      exitCode: 3,
      message: `chat-llm ran on the GPU ${uuid}, which this machine no longer has`,
    });
  });

  it('are an error if other programs use their memory', async () => {
    const host = await fromGpuToCpu();
    host.inventory = inventoryOf(gpuOf(0, 24 * 1024, [processOf('python', 4711, 23 * 1024)]));
    await expect(rollback(host, fakeInvocation(onCpu), rollbackRequest())).rejects.toMatchObject({
      code: 'RMA_ROLLBACK_GPU_MEMORY',
      exitCode: 5,
    });
  });
});

describe('the secrets of a rollback', () => {
  it('are those of today', async () => {
    const { host } = await twoStates();
    const hubToken = async () => ({ value: 'hf_of-today', origin: 'HF_TOKEN' });
    await rollback(host, fakeInvocation(CHANGED, { hubToken }), rollbackRequest());
    expect(await host.files.read(`${config.stateDir}/secrets/hf_token`)).toBe('hf_of-today');
  });
});
