import { describe, expect, it } from 'vitest';
import type { PlacementProfile } from '../../../src/core/domain/placement.ts';
import { place } from '../../../src/core/placement/place.ts';
import { device, GIB, need, profile, refused, service } from '../../helpers/builders/placement-builders.ts';

describe('a failed placement', () => {
  it('[req R20] reports the service, each GPU, the missing memory and what would fit', () => {
    const running = profile('llm', [[service('llm-vllm', 17, { current: ['GPU-0'] })]], { current: 'best' });
    const ocr = profile('ocr', [[service('ocr-ollama', 8.5)]]);
    expect(refused(place([device(0, 24)], [running, ocr]))).toMatchObject({
      code: 'RMA_GPU_NO_FIT',
      profile: 'ocr',
      message:
        'profile ocr does not fit: ocr-ollama needs 8.5 GiB, but GPU 0 has 7.0 GiB available after llm-vllm, 8.5 GiB needed; 1536 MiB short',
      hint: 'stop llm: rma down --profile llm; or add a 12 GB GPU',
      refusedVariants: [{ profile: 'ocr', variant: 'best', why: 'does not fit alongside llm' }],
    });
  });

  it('reports the new profile, not one that runs, whatever their order', () => {
    const running = profile('llm', [[service('llm-vllm', 17, { current: ['GPU-0'] })]], { current: 'best' });
    const ocr = profile('ocr', [[service('ocr-ollama', 8.5)]]);
    expect(refused(place([device(0, 24)], [ocr, running])).profile).toBe('ocr');
  });

  it('suggests to stop one of the last eight profiles only', () => {
    const big = profile('big', [[service('big-1', 20)]]);
    const small = Array.from({ length: 8 }, (_, at) => profile(`p${at}`, [[service(`s${at}`, 0.1)]]));
    const hint = (...profiles: readonly PlacementProfile[]) =>
      refused(place([device(0, 24)], [...profiles, profile('new', [[service('new-1', 15)]])])).hint;
    expect(hint(...small, big)).toContain('stop big: rma down --profile big');
    expect(hint(big, ...small)).toBe('add a 24 GB GPU');
  });

  it.each([
    ['there is no GPU', [], 'no GPU found'],
    ['no GPU is usable', [device(0, 24, { unusable: 'is lost' })], 'GPU 0 is lost'],
  ])('[req R28] returns RMA_GPU_NONE if %s, and suggests ENABLE_GPU=auto', (_, box, why) => {
    const { code, message, hint } = refused(place(box, [profile('a', [[service('a-1', 5)]])]));
    expect({ code, message }).toEqual({
      code: 'RMA_GPU_NONE',
      message: `profile a does not fit: a-1: ${why}`,
    });
    expect(hint).toContain('ENABLE_GPU=auto');
  });

  it('reports the problem of the only allowed GPU', () => {
    const wish = profile('a', [[service('a-1', 5, { allowed: ['GPU-1'] })]]);
    const box = [device(0, 24), device(1, 24, { unusable: 'is lost' })];
    expect(refused(place(box, [wish])).message).toBe('profile a does not fit: a-1: GPU 1 is lost');
  });

  it.each([
    ['RMA_GPU_TOO_FEW', [device(0, 80)], 'requires 2 GPUs, but only 1 is usable'],
    [
      'RMA_GPU_UNEQUAL',
      [device(0, 24), device(1, 80)],
      'requires 2 identical GPUs, but GPU 0 is a Card 24 with 24.0 GiB and GPU 1 is a Card 80 with 80.0 GiB',
    ],
  ])('[req R23] returns %s if tensor parallelism is not possible', (code, box, why) => {
    const wish = profile('vllm', [[service('vllm', 20, { gpus: 2 })]]);
    const found = refused(place(box, [wish]));
    expect(found).toMatchObject({ code, message: `profile vllm does not fit: vllm: ${why}` });
    expect(found.hint).toContain('set `services: { vllm: { gpus: 1 } }` in rma.yaml');
  });

  it('[req R23] returns RMA_GPU_HEADS if the GPU count does not divide the attention heads', () => {
    const wish = profile('vllm', [[service('vllm', 20, { gpus: 3, attentionHeads: 32 })]]);
    expect(
      refused(
        place(
          [0, 1, 2].map((at) => device(at, 24)),
          [wish],
        ),
      ),
    ).toMatchObject({
      code: 'RMA_GPU_HEADS',
      message:
        "profile vllm does not fit: vllm: the model's 32 attention heads cannot be split evenly across 3 GPUs",
      hint: expect.stringContaining('{ gpus: 2 }'),
    });
  });

  it('[req R27] reports GPUs that are smaller than the profile requires', () => {
    const wish = profile('a', [[service('a-1', 3)]], { minGpuBytes: 8 * GIB });
    expect(refused(place([device(0, 6)], [wish])).message).toBe(
      'profile a does not fit: a-1: GPU 0 has 6.0 GiB in total, but profile a requires 8.0 GiB',
    );
    const equal = [device(0, 6), device(1, 6), device(2, 6)];
    expect(refused(place(equal, [wish]))).toMatchObject({
      message:
        'profile a does not fit: a-1: GPU 0, GPU 1 and GPU 2 each have 6.0 GiB in total, but profile a requires 8.0 GiB',
      hint: 'add a 12 GB GPU',
    });
  });

  it.each([
    ['context', { context: 8192, concurrency: 1 }, 'set `services: { a-1: { context: 4096 } }` in rma.yaml'],
    [
      'concurrency',
      { context: null, concurrency: 4 },
      'set `services: { a-1: { concurrency: 2 } }` in rma.yaml',
    ],
  ])('suggests less %s if that fits', (_, figures, hint) => {
    const wish = service('a-1', 0, { need: need(20, { kvBytes: 6 * GIB }), ...figures });
    expect(refused(place([device(0, 24)], [profile('a', [[wish]])])).hint).toContain(hint);
  });

  it('reports the new profile, not one that is running, whatever their order', () => {
    const running = profile('b', [[service('b-1', 20, { current: ['GPU-0'] })]], { current: 'best' });
    const added = profile('a', [[service('a-1', 10)]]);
    for (const order of [
      [added, running],
      [running, added],
    ]) {
      expect(refused(place([device(0, 24)], order)).message).toMatch(/^profile a does not fit/);
    }
  });

  it('suggests a variant that fits if another was requested', () => {
    const wish = profile('a', [[service('a-1', 30)], [service('a-2', 5)]], { requested: 'best' });
    expect(refused(place([device(0, 24)], [wish])).hint).toMatch(/^rma up --variant a=second/);
  });

  it('reports a profile outside the command that lost its GPU', () => {
    const fixed = profile('a', [[service('a-1', 20, { current: ['GPU-0'] })]], {
      current: 'best',
      fixed: true,
    });
    expect(refused(place([device(1, 24)], [fixed]))).toMatchObject({
      profile: 'a',
      message: expect.stringMatching(/^profile a no longer fits on its current GPUs/),
    });
  });
});
