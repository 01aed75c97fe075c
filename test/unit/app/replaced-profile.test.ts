import { beforeEach, describe, expect, it, vi } from 'vitest';
import { listProfiles } from '../../../src/app/data/profiles.ts';
import { chooseModels } from '../../../src/app/desired/choose-models.ts';
import { down } from '../../../src/app/down.ts';
import { planDown } from '../../../src/app/plan-down.ts';
import { up } from '../../../src/app/up.ts';
import { formatModelRef } from '../../../src/core/source/parse-ref.ts';
import {
  catalogOf,
  configOf,
  engineOf,
  pinnedFile,
  profileServiceOf,
} from '../../helpers/builders/render-builders.ts';
import { FakeHost } from '../../helpers/host/fake-host.ts';
import { fakeInvocation } from '../../helpers/host/fake-invocation.ts';
import { sourceOf } from '../../helpers/host/source-of.ts';
import { upRequest } from '../../helpers/host/up-request.ts';

const catalog = catalogOf(
  {
    'on-gpu': [profileServiceOf({ engine: 'cuda', gpus: 1, models: ['big'] })],
    'cpu-worker': [profileServiceOf({ engine: 'llm', models: ['small'] })],
  },
  [engineOf('cuda', { gpu: 'required' }), engineOf('llm')],
);
const gpu = { ...configOf().gpu, use: 'auto' } as const;
const config = configOf({ profiles: ['on-gpu'], gpu });
const resolve = vi.fn(async (ref: Parameters<typeof formatModelRef>[0]) => pinnedFile(formatModelRef(ref)));
const invocation = fakeInvocation(catalog, { sources: [sourceOf('hf', resolve)] });
const services = (host: FakeHost) => host.engine.all.map(({ service }) => service).toSorted();

let host: FakeHost;
beforeEach(async () => {
  host = new FakeHost();
  await up(host, invocation, upRequest({ config }));
  resolve.mockClear();
});

describe('[req R28] a profile that the CPU worker replaces', () => {
  it('is up without another request to the hub', async () => {
    expect(services(host)).toEqual(['coordinator', 'cpu-worker-llm', 'cpu-worker-worker']);
    expect(await up(host, invocation, upRequest({ config }))).toMatchObject({ changed: false });
    expect(resolve).not.toHaveBeenCalled();
  });

  it('has the models of the CPU worker', async () => {
    const choice = { config, names: [], profiles: [], refresh: false };
    const { models } = await chooseModels(host, invocation, choice);
    expect(models.map(({ name }) => name)).toEqual(['small']);
    expect(resolve).not.toHaveBeenCalled();
  });

  it('is removed by its own name', async () => {
    const { removed } = await down(host, invocation, { config, profiles: ['on-gpu'] });
    expect(removed).toEqual(['cpu-worker-worker', 'cpu-worker-llm', 'coordinator']);
    expect(services(host)).toEqual([]);
  });

  it('keeps the CPU worker when another profile of the project needs it', async () => {
    const both = { ...config, profiles: ['on-gpu', 'cpu-worker'] };
    await up(host, invocation, upRequest({ config: both }));
    const { plan } = await planDown(host, invocation, { config: both, profiles: ['on-gpu'] });
    expect(plan.operations).toEqual([]);
  });

  it('is listed as used, with the profile that runs instead', async () => {
    expect(await listProfiles(host, invocation, config)).toMatchObject([
      { profile: { name: 'cpu-worker' }, inUse: false },
      { profile: { name: 'on-gpu' }, inUse: true, replacedBy: 'cpu-worker' },
    ]);
  });
});
