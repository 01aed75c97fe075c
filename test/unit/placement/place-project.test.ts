import { describe, expect, it } from 'vitest';
import { NOTHING_RESOLVED } from '../../../src/core/domain/resolved-models.ts';
import {
  type Choices,
  type ProjectToPlace,
  placeProject,
} from '../../../src/core/placement/place-project.ts';
import { projectGpus } from '../../../src/core/placement/project-gpus.ts';
import { gpuOf, inventoryOf } from '../../helpers/builders/place-box.ts';
import {
  catalogOf,
  configOf,
  engineOf,
  pinnedFile,
  profileServiceOf,
} from '../../helpers/builders/render-builders.ts';
import { snapshotOf } from '../../helpers/host/snapshot-of.ts';

const engine = engineOf('llm', { gpu: 'optional', sharesGpu: true });
const onGpu = (models: readonly string[] = ['small']) => [profileServiceOf({ gpus: 1, models })];
const onCpu = [profileServiceOf({ gpus: 0 })];
const base = catalogOf({ chat: onGpu(), 'cpu-worker': onCpu }, [engine]);
const chat = base.profiles.get('chat');
if (chat === undefined) throw new Error('the catalog has no profile chat');
const variants = [
  { name: 'large', services: onGpu(['big']) },
  { name: 'small', services: onGpu() },
] as const;
const catalog = {
  ...base,
  profiles: new Map(base.profiles).set('chat', { ...chat, variants, minGpuBytes: 8e9 }),
};
const start: Choices = { profiles: ['chat'], replaced: [], variants: new Map() };
const config = configOf();

const project = (over: Partial<ProjectToPlace> & { readonly mib?: number } = {}): ProjectToPlace => {
  const { mib = 24_564, ...rest } = over;
  const snapshot = snapshotOf({ gpus: mib === 0 ? inventoryOf() : inventoryOf(gpuOf(0, mib)) });
  const user = { project: 'demo', settings: config.gpu, named: [], serviceNames: {} };
  const gpus = projectGpus({ ...user, catalog, profiles: ['chat'] }, snapshot);
  return { config, catalog, named: [], serviceNames: {}, gpus, resolved: NOTHING_RESOLVED, ...rest };
};
const gpu = (over: Partial<ProjectToPlace['config']['gpu']>) => ({
  config: { ...config, gpu: { ...config.gpu, ...over } },
});
const missing = (...names: readonly string[]) => ({
  ...NOTHING_RESOLVED,
  missing: new Map(names.map((name) => [`hf:org/${name}:${name}.gguf`, `the hub has no ${name}`])),
});

describe('placeProject', () => {
  it('chooses the best variant, and is stable when started with it', () => {
    const first = placeProject(project(), start);
    expect(first).toMatchObject({ isStable: false, leftOut: [] });
    expect(first.selection.refs).toEqual(['hf:org/big:big.gguf']);
    expect([...first.choices.variants]).toEqual([['chat', 'large']]);
    const again = placeProject(project(), first.choices);
    expect(again).toMatchObject({ isStable: true, selection: first.selection });
  });

  it('skips a variant with a missing model, even if chosen before', () => {
    const chosen = { ...start, variants: new Map([['chat', 'large']]) };
    const round = placeProject(project({ resolved: missing('big') }), chosen);
    expect([...round.choices.variants]).toEqual([['chat', 'small']]);
    expect(round.leftOut).toMatchObject([{ profile: 'chat', variant: 'large', whole: true }]);
    expect(round.isStable).toBe(false);
  });

  it('fails if every variant needs a missing model', () => {
    expect(() => placeProject(project({ resolved: missing('big', 'small') }), start)).toThrow(
      expect.objectContaining({
        code: 'RMA_HUB_NOT_FOUND',
        exitCode: 1,
        message: 'profile chat: the hub has no big',
        details: { profile: 'chat', ref: 'hf:org/big:big.gguf' },
      }),
    );
  });

  it('[req R28] replaces a profile without a GPU by the CPU worker if allowed', () => {
    const round = placeProject(project({ mib: 0, ...gpu({ use: 'auto' }) }), start);
    expect(round.choices).toMatchObject({
      profiles: ['cpu-worker'],
      replaced: [{ profile: 'chat', by: 'cpu-worker' }],
    });
    expect(round.selection.profiles.map(({ name }) => name)).toEqual(['cpu-worker']);
  });

  it('[req R28] adds the CPU worker only once', () => {
    const both = { ...start, profiles: ['cpu-worker', 'chat'] };
    const round = placeProject(project({ mib: 0, ...gpu({ use: 'auto' }) }), both);
    expect(round.choices.profiles).toEqual(['cpu-worker']);
  });

  it('[req R28] fails without a GPU if this is not allowed or there is no CPU worker', () => {
    const refused = expect.objectContaining({ code: 'RMA_GPU_NONE', exitCode: 3 });
    expect(() => placeProject(project({ mib: 0 }), start)).toThrow(refused);
    const profiles = new Map([...catalog.profiles].filter(([name]) => name !== 'cpu-worker'));
    const alone = { catalog: { ...catalog, profiles }, mib: 0, ...gpu({ use: 'auto' }) };
    expect(() => placeProject(project(alone), start)).toThrow(refused);
  });

  it('[req R27] prefers the minimum size of the settings to that of the profile', () => {
    const model = pinnedFile('hf:org/big:big.gguf');
    const resolved = { ...NOTHING_RESOLVED, pinned: new Map([[model.ref, model]]) };
    expect(() => placeProject(project({ mib: 6144, resolved }), start)).toThrow(
      expect.objectContaining({ code: 'RMA_GPU_NO_FIT', exitCode: 5 }),
    );
    const smaller = project({ mib: 6144, resolved, ...gpu({ minBytes: 4e9 }) });
    expect(placeProject(smaller, start).placed.services).toHaveLength(1);
  });
});
