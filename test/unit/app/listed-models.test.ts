import { describe, expect, it } from 'vitest';
import { listedModels } from '../../../src/app/models/listed-models.ts';
import { planUp } from '../../../src/app/plan-up.ts';
import { up } from '../../../src/app/up.ts';
import type { GpuSettings } from '../../../src/core/domain/config.ts';
import { formatModelRef } from '../../../src/core/source/parse-ref.ts';
import type { ModelStore } from '../../../src/ports/model-store.ts';
import { gpuOf, inventoryOf } from '../../helpers/builders/place-box.ts';
import { checkOf } from '../../helpers/builders/plan-builders.ts';
import {
  catalogOf,
  configOf,
  engineOf,
  pinnedFile,
  profileServiceOf,
} from '../../helpers/builders/render-builders.ts';
import { FakeHost } from '../../helpers/host/fake-host.ts';
import { fakeInvocation } from '../../helpers/host/fake-invocation.ts';
import { hostOf } from '../../helpers/host/port-builders.ts';
import { sourceOf } from '../../helpers/host/source-of.ts';
import { upRequest } from '../../helpers/host/up-request.ts';

const GIB = 2 ** 30;

const catalog = catalogOf(
  {
    'on-gpu': [profileServiceOf({ engine: 'cuda', gpus: 1, models: ['big'] })],
    'cpu-worker': [profileServiceOf({ engine: 'llm', models: ['small'] })],
  },
  [engineOf('cuda', { gpu: 'required' }), engineOf('llm')],
);

/** Returns an invocation whose hub has models of 4 GiB without a header. */
const invoked = () =>
  fakeInvocation(catalog, {
    sources: [
      sourceOf('hf', async (ref) =>
        pinnedFile(formatModelRef(ref), {
          files: [{ path: 'model.safetensors', bytes: 4 * GIB, digest: null }],
        }),
      ),
    ],
  });

const configWith = (use: GpuSettings['use']) =>
  configOf({ profiles: ['on-gpu'], gpu: { ...configOf().gpu, use } });
const choiceWith = (use: GpuSettings['use']) => ({
  config: configWith(use),
  names: [],
  profiles: [],
  refresh: false,
});

function hostWith(...mib: readonly number[]): FakeHost {
  const host = new FakeHost();
  host.inventory = inventoryOf(...mib.map((each, index) => gpuOf(index, each)));
  return host;
}

describe('the models of a project', () => {
  it.each([
    ['the CPU worker on a machine without GPUs', [], 'small'],
    ['the CPU worker on a machine whose GPU is too small', [2_000], 'small'],
    ['the profile on a machine with a GPU', [80_000], 'big'],
  ])('are those of %s, before the first up as after it', async (...[, mib, name]) => {
    const host = hostWith(...mib);
    const listed = async () =>
      (await listedModels(host, invoked(), { ...choiceWith('auto'), store: null })).models;
    const request = upRequest({ config: configWith('auto') });
    expect((await listed()).map((model) => model.name)).toEqual([name]);
    const { desired } = await planUp(host, invoked(), request);
    expect((await listed()).map(({ ref }) => ref)).toEqual([...desired.models.keys()]);
    await up(host, invoked(), request);
    expect((await listed()).map((model) => model.name)).toEqual([name]);
  });

  it('are those of the profile if it fits nowhere and the CPU worker is not allowed', async () => {
    const { models } = await listedModels(hostWith(), invoked(), { ...choiceWith('required'), store: null });
    expect(models.map(({ name }) => name)).toEqual(['big']);
  });

  it('are chosen without Docker for a directory', async () => {
    const { gpus, facts } = hostWith();
    const store: Pick<ModelStore, 'check' | 'recall' | 'read'> = {
      check: async (model) => checkOf(model, 'missing'),
      recall: async () => null,
      read: async () => new Uint8Array(),
    };
    const { models } = await listedModels(hostOf({ gpus, facts }), invoked(), {
      ...choiceWith('auto'),
      store,
    });
    expect(models.map(({ name }) => name)).toEqual(['small']);
  });
});
