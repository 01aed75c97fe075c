import { describe, expect, it } from 'vitest';
import type { Profile } from '../../../src/core/domain/profile.ts';
import {
  effectiveProfiles,
  type ProfileWish,
  withoutGpu,
} from '../../../src/core/profile/effective-profiles.ts';
import { catalogOf, engineOf, profileServiceOf } from '../../helpers/builders/render-builders.ts';

const on = (gpus: number, models = ['small']) => [profileServiceOf({ gpus, models })];
const base = catalogOf({ 'cpu-worker': on(0), llm: on(1) }, [
  engineOf('llm', { gpu: 'optional', sharesGpu: true }),
]);
const withVariants = (name: string, variants: Profile['variants']): Profile => ({
  ...base.profiles.get('llm')!,
  name,
  minGpuBytes: 8e9,
  variants,
});
const catalog = {
  ...base,
  models: new Map(base.models).set('big', { ...base.models.get('big')!, optional: true }),
  profiles: new Map(base.profiles)
    .set(
      'both',
      withVariants('both', [
        { name: 'large', services: on(1, ['big']) },
        { name: 'gpu', services: on(1) },
        { name: 'cpu', services: on(0) },
      ]),
    )
    .set('gpu-only', withVariants('gpu-only', [{ name: 'default', services: on(1) }])),
};

const wish = (
  use: ProfileWish['gpu']['use'],
  profiles: readonly string[],
  over: Partial<ProfileWish> = {},
) => ({
  catalog,
  profiles,
  gpu: { use, minBytes: null },
  pinned: {},
  missing: new Set<string>(),
  ...over,
});
const taken = (asked: ProfileWish) =>
  effectiveProfiles(asked).profiles.map(({ name, variants }) => [name, ...variants]);

describe('effectiveProfiles', () => {
  it('[req R28] ENABLE_GPU=true takes the variants on GPUs, and CPU profiles as they are', () => {
    expect(taken(wish('required', ['both', 'cpu-worker']))).toEqual([
      ['both', 'large', 'gpu'],
      ['cpu-worker', 'default'],
    ]);
  });

  it('[req R28] ENABLE_GPU=auto takes all of them, best first', () => {
    expect(taken(wish('auto', ['both']))).toEqual([['both', 'large', 'gpu', 'cpu']]);
  });

  it('[req R28] ENABLE_GPU=false leaves what runs on the CPU, and cpu-worker once for all others', () => {
    const asked = wish('off', ['both', 'gpu-only', 'llm']);
    expect(taken(asked)).toEqual([
      ['both', 'cpu'],
      ['cpu-worker', 'default'],
    ]);
    expect(effectiveProfiles(asked).notes).toEqual([
      'cpu-worker replaces profile gpu-only: GPUs are disabled',
      'cpu-worker replaces profile llm: GPUs are disabled',
    ]);
  });

  it('[req R27] MIN_GPU_MEMORY_GB stands in place of the size that a profile asks', () => {
    const sizes = (minBytes: number | null) =>
      effectiveProfiles(wish('required', ['both'], { gpu: { use: 'required', minBytes } })).profiles[0]
        ?.minGpuBytes;
    expect([sizes(null), sizes(4e9)]).toEqual([8e9, 4e9]);
  });

  it('takes only the variant that is asked for, also on the CPU, and refuses one that is not there', () => {
    expect(taken(wish('required', ['both'], { pinned: { both: 'cpu' } }))).toEqual([['both', 'cpu']]);
    expect(() => taken(wish('auto', ['both'], { pinned: { both: 'cqu' } }))).toThrow(
      expect.objectContaining({ code: 'RMA_VARIANT_UNKNOWN', exitCode: 2 }) as Error,
    );
  });

  it('[req R02] leaves out a variant whose optional model is missing, and says so', () => {
    const asked = wish('required', ['both'], {
      missing: new Set(['hf:org/big:big.gguf', 'hf:org/small:small.gguf']),
    });
    expect(taken(asked)).toEqual([['both', 'gpu']]);
    expect(effectiveProfiles(asked).notes).toEqual([
      'profile both: variant large is skipped, model hf:org/big:big.gguf not found',
    ]);
  });
});

describe('withoutGpu', () => {
  const drop = (asked: ProfileWish, name: string) =>
    withoutGpu(effectiveProfiles(asked), asked, name, 'no GPU has 8 GB');

  it('[req R28] puts the variants on the CPU, else cpu-worker, in the place of a profile that fits on no GPU', () => {
    const asked = wish('auto', ['both', 'gpu-only']);
    expect(drop(asked, 'both')).toMatchObject({
      profiles: [{ name: 'both', variants: ['cpu'] }, { name: 'gpu-only' }],
      notes: ['profile both runs on the CPU, in its variant cpu: no GPU has 8 GB'],
    });
    expect(drop(asked, 'gpu-only')).toMatchObject({
      profiles: [{ name: 'both' }, { name: 'cpu-worker' }],
      notes: ['cpu-worker replaces profile gpu-only: no GPU has 8 GB'],
    });
  });

  it.each(['required', 'off'] as const)('does nothing of its own with %s', (use) => {
    expect(drop(wish(use, ['both']), 'both')).toBeNull();
  });

  it('gives up on a profile that is on the CPU already', () => {
    expect(drop(wish('auto', ['cpu-worker']), 'cpu-worker')).toBeNull();
  });
});
