import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import type { GpuNeed } from '../../src/core/domain/placement.ts';
import { needBytes, serviceNeed } from '../../src/core/estimate/need.ts';
import { judgeHome, runJudge } from '../helpers/judges/judges.ts';

const GIB = 2 ** 30;
const CONTEXT = 4096;
/** One layer, 32 heads of 128 elements, keys and values of 16 bits. */
const KV_BYTES = 32 * 128 * 2 * 2 * CONTEXT;
const FURTHER = [0.25, 2, 4, 20].map((size) => size * GIB);
/** At least as large as each further one, so that it is loaded first. */
const FIRST = need(20 * GIB);

function need(weightsBytes: number): GpuNeed {
  return { weightsBytes, kvBytes: KV_BYTES, overheadBytes: GIB, basis: 'header' };
}

/** Asks the scheduler of the pinned Ollama whether it unloads the first model to load the further one. */
async function unloads(freeBytes: (further: GpuNeed) => number): Promise<readonly boolean[]> {
  const result = join(judgeHome(), 'result.json');
  const cases = FURTHER.map((weightsBytes) => {
    return { freeBytes: Math.floor(freeBytes(need(weightsBytes))), weightsBytes, context: CONTEXT };
  });
  const ran = await runJudge('ollama-scheduler', ['tests', '-test.run', '^TestRmaFurtherModel$'], {
    RMA_CASES: JSON.stringify(cases),
    RMA_RESULT: result,
    HOME: judgeHome(),
  });
  expect(ran).toMatchObject({ code: 0 });
  return JSON.parse(readFileSync(result, 'utf8')) as readonly boolean[];
}

it('[case E03] the scheduler of the pinned Ollama keeps all models loaded in what rma reserves for them', async () => {
  const reserved = (further: GpuNeed) => needBytes(serviceNeed([further, FIRST], null)) - needBytes(FIRST);
  expect(await unloads(reserved)).toEqual([false, false, false, false]);
});

it('it unloads one if exactly the sum of large models is free', async () => {
  expect(await unloads(needBytes)).toEqual([false, false, true, true]);
});
