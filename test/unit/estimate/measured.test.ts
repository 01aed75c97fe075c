import { describe, expect, it } from 'vitest';
import type { ModelGeometry } from '../../../src/core/domain/geometry.ts';
import { readGgufHeader } from '../../../src/core/estimate/gguf-header.ts';
import { gpuNeed, needBytes } from '../../../src/core/estimate/need.ts';
import { encodeGguf, type GgufMetadata } from '../../hub/gguf-file.ts';
import { MEASURED, type MeasuredModel } from './measured.ts';

const MIB = 2 ** 20;

function geometry({ architecture, metadata, weights }: MeasuredModel): ModelGeometry {
  const entries = Object.entries(metadata).map(([key, value]): GgufMetadata[number] => [
    `${architecture}.${key}`,
    typeof value === 'number' ? { type: 'u32', value } : { type: 'i32s', value },
  ]);
  const file = encodeGguf(
    [['general.architecture', { type: 'string', value: architecture }], ...entries],
    [],
  );
  const read = readGgufHeader(file, file.length);
  if (read.state !== 'done') throw new Error(read.state);
  return { ...read.geometry, weightsBytes: weights * MIB };
}

const RUNS = MEASURED.flatMap((model) =>
  model.logged.map((run) => ({ ...run, of: model, model: model.model })),
);

describe('the need of a GGUF file on llama.cpp', () => {
  it.each(RUNS)(
    '[case N06] is close to what llama-server logs: $model, $concurrency x $context',
    ({ of, context, concurrency, cache, compute }) => {
      const need = gpuNeed({
        model: null,
        geometry: geometry(of),
        gpuMemoryBytes: null,
        engine: { overheadBytes: 0, memory: 'llama.cpp' },
        context,
        concurrency,
      });
      // the log has two decimals
      expect(need.kvBytes / MIB).toBeCloseTo(cache, 1);
      expect(need.overheadBytes / MIB).toBeGreaterThan(compute * 0.98);
      const logged = of.weights + cache + compute;
      expect(needBytes(need) / MIB).toBeGreaterThan(logged * 0.98);
      expect(needBytes(need) / MIB).toBeLessThan(logged * 1.1);
    },
  );

  it('[case N06] of a model with 0.5B parameters and 4 bits has no flat gigabyte', () => {
    const [qwen] = MEASURED.filter(({ model }) => model === 'Qwen 2.5 0.5B');
    const need = gpuNeed({
      model: null,
      geometry: geometry({ ...(qwen as MeasuredModel), weights: 380 }),
      gpuMemoryBytes: null,
      engine: { overheadBytes: 640 * MIB, memory: 'llama.cpp' },
      context: 4096,
      concurrency: 1,
    });
    // 380 MiB weights, 48 MiB cache, 41 MiB compute buffer, 640 MiB for the context of CUDA and its libraries
    expect(needBytes(need) / MIB).toBeLessThan((380 + 48 + 41.27) * 1.02 + 640);
  });
});
