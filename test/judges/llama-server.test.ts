import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ModelGeometry } from '../../src/core/domain/geometry.ts';
import { readGgufHeader } from '../../src/core/estimate/gguf-header.ts';
import { gpuNeed, needBytes } from '../../src/core/estimate/need.ts';
import { judgeHome, runJudge } from '../helpers/judges/judges.ts';
import { loggedBuffers } from '../helpers/judges/llama-server-log.ts';
import { smallModels, writeModel } from '../helpers/judges/small-models.ts';

const MIB = 2 ** 20;
const MODELS = smallModels();

/** The geometry as rma reads it: from the start of the file. */
function geometryOf(path: string): ModelGeometry {
  const start = Buffer.alloc(MIB);
  const file = openSync(path, 'r');
  const length = readSync(file, start, 0, start.length, 0);
  closeSync(file);
  const header = readGgufHeader(start.subarray(0, length), statSync(path).size);
  if (header.state !== 'done') throw new Error(header.state);
  return header.geometry;
}

function needOf(path: string, load: { readonly context: number; readonly concurrency: number }) {
  const engine = { overheadBytes: 0, memory: 'llama.cpp' } as const;
  return gpuNeed({ model: null, geometry: geometryOf(path), gpuMemoryBytes: null, engine, ...load });
}

describe('a llama-server that loads a GGUF file', () => {
  it.each(MODELS)('[case N06] logs what rma estimates: $model, $concurrency x $context', async (model) => {
    const file = join(judgeHome(), 'model.gguf');
    writeModel(file, model);
    const embeddings = model.architecture.endsWith('bert');
    const { context, concurrency } = model;
    const logged = await loggedBuffers({ file, context, concurrency, embeddings });
    const need = needOf(file, model);
    const sum = logged.weights + logged.cache + logged.compute + logged.output;
    // the log has two decimals
    expect(need.kvBytes / MIB).toBeCloseTo(logged.cache, 1);
    expect(need.overheadBytes / MIB).toBeGreaterThan((logged.compute + logged.output) * 0.98);
    expect(needBytes(need) / MIB).toBeGreaterThan(sum * 0.98);
    expect(needBytes(need) / MIB).toBeLessThan(sum * 1.1);
  });
});

describe('gguf-parser', () => {
  it('[case N06] reads the same weights, and estimates the same cache for full attention', async () => {
    const home = judgeHome();
    const files = MODELS.map((model, index) => {
      const file = join(home, `${index}.gguf`);
      writeModel(file, model);
      return file;
    });
    const parsed = await parse(files, home);
    files.forEach((file, index) => {
      const [need, parser] = [needOf(file, { context: 4096, concurrency: 1 }), parsed[index]];
      // rma counts the header too
      expect(need.weightsBytes / Number(parser?.weights)).toBeCloseTo(1, 3);
      // the parser ignores part of latent attention, and which layers have windows or states
      if (geometryOf(file).cache === undefined) expect(parser?.cache).toBe(need.kvBytes);
    });
    expect(files.filter((file) => geometryOf(file).cache === undefined).length).toBeGreaterThan(12);
  });
});

async function parse(files: readonly string[], home: string) {
  const result = join(home, 'result.json');
  const ran = await runJudge('gguf-parser', ['tests', '-test.run', '^TestRmaEstimates$'], {
    RMA_FILES: JSON.stringify(files),
    RMA_RESULT: result,
  });
  expect(ran).toMatchObject({ code: 0 });
  return JSON.parse(readFileSync(result, 'utf8')) as readonly Record<'weights' | 'cache', number>[];
}
