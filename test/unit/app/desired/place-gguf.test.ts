import { describe, expect, it } from 'vitest';
import { formatResolved } from '../../../../src/core/source/resolved-file.ts';
import { placeOn } from '../../../helpers/builders/place-box.ts';
import { pinnedFile } from '../../../helpers/builders/render-builders.ts';

describe('placeServices with an engine that loads GGUF models', () => {
  it('[case F23] refuses several GGUF files for an engine that loads one, with their names', async () => {
    const ref = 'hf:Qwen/Qwen2.5-0.5B-Instruct-GGUF:qwen2.5-0.5b-instruct-q4_k_m.gguf';
    const resolved = (paths: readonly string[]) =>
      formatResolved({
        pinned: new Map([
          [ref, pinnedFile(ref, { files: paths.map((path) => ({ path, bytes: 1, digest: null })) })],
        ]),
        geometry: new Map(),
        missing: new Map(),
      });
    const place = (...paths: string[]) =>
      placeOn({ inventory: null, profiles: ['cpu-worker'], resolved: resolved(paths) });
    await expect(place('q4.gguf', 'q8.gguf', 'mmproj.gguf')).rejects.toMatchObject({
      code: 'RMA_MODEL_AMBIGUOUS',
      exitCode: 2,
      message: expect.stringContaining('selects 2: q4.gguf, q8.gguf'),
    });
    expect((await place('q4.gguf', 'mmproj.gguf', 'README.md')).placement.size).toBe(0);
  });

  it('[case F19] warns about a vision model without its projector', async () => {
    const ref = 'hf:Qwen/Qwen2.5-0.5B-Instruct-GGUF:qwen2.5-0.5b-instruct-q4_k_m.gguf';
    const pinned = pinnedFile(ref, { projectors: ['mmproj-F16.gguf'] });
    const placed = await placeOn({
      inventory: null,
      profiles: ['cpu-worker'],
      resolved: formatResolved({ pinned: new Map([[ref, pinned]]), geometry: new Map(), missing: new Map() }),
    });
    expect(placed.checks).toMatchObject([
      {
        level: 'warning',
        code: 'RMA_MODEL_NO_PROJECTOR',
        hint: 'to read images, download it as well: rma models pull hf:Qwen/Qwen2.5-0.5B-Instruct-GGUF:mmproj-F16.gguf',
      },
    ]);
  });
});
