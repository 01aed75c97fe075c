import { describe, expect, it } from 'vitest';
import { compareLoaded } from '../../../src/core/worker/compare-loaded.ts';

const GIB = 2 ** 30;
const listing = (...models: readonly unknown[]) => JSON.stringify({ models });
const llava = (size: number, inVram: number) =>
  listing({
    name: 'llava:7b',
    size: size * GIB,
    size_vram: inVram * GIB,
    expires_at: '2026-01-01T00:00:00Z',
  });

describe('the location of a loaded model', () => {
  it('is as planned if it is entirely on the GPU, or not at all', () => {
    expect(compareLoaded(llava(5.5, 5.5), ['llava:7b'], 'gpu')).toEqual({ kind: 'as-planned' });
    expect(compareLoaded(llava(5.5, 0), ['llava:7b'], 'cpu')).toEqual({ kind: 'as-planned' });
  });

  it('is reported with the part that is misplaced', () => {
    expect(compareLoaded(llava(5.5, 3.4), ['llava:7b'], 'gpu')).toEqual({
      kind: 'misplaced',
      why: 'llava:7b: 2.1 of 5.5 GiB is on the CPU; not enough free GPU memory',
    });
    expect(compareLoaded(llava(5.5, 5.2), ['llava:7b'], 'gpu')).toMatchObject({
      why: expect.stringContaining('307 MiB of 5.5 GiB is on the CPU'),
    });
    expect(compareLoaded(llava(5.5, 0), ['llava:7b'], 'gpu')).toMatchObject({
      why: expect.stringContaining('expected on the GPU, but loaded on the CPU'),
    });
    expect(compareLoaded(llava(5.5, 1), ['llava:7b'], 'cpu')).toMatchObject({
      why: 'llava:7b: expected on the CPU, but 1.0 GiB is on a GPU',
    });
  });

  it('is unknown for a model that is not listed, and for an invalid list', () => {
    for (const body of [
      llava(1, 1).replace('7b', '13b'),
      listing(),
      listing(null, 3),
      '<html>',
      'null',
      '{}',
    ]) {
      expect(compareLoaded(body, ['llava:7b'], 'gpu')).toEqual({ kind: 'not-loaded' });
    }
  });

  it('[case E05] is that of another name of the same weights, under which the engine lists them', () => {
    const body = listing({ name: 'llama3.2:latest', size: 1, size_vram: 1 });
    expect(compareLoaded(body, ['llama3.2:3b', 'llama3.2'], 'gpu')).toEqual({ kind: 'as-planned' });
    expect(compareLoaded(body, ['llama3.2:3b', 'llama3.2:1b'], 'gpu')).toEqual({ kind: 'not-loaded' });
  });

  it('matches a name without a tag as latest', () => {
    const body = listing({ name: 'nomic-embed-text:latest', size: 1, size_vram: 1 });
    expect(compareLoaded(body, ['nomic-embed-text'], 'gpu')).toEqual({ kind: 'as-planned' });
    const other = listing({ name: 'host:5000/a/b', size: 1, size_vram: 1 });
    expect(compareLoaded(other, ['host:5000/a/b:latest'], 'gpu')).toEqual({ kind: 'as-planned' });
  });
});
