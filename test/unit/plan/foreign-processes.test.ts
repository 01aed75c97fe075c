import { expect, test } from 'vitest';
import type { GpuProcess } from '../../../src/core/domain/gpu.ts';
import { gpuOf, inventoryOf, placeOn } from '../../helpers/builders/place-box.ts';

const CARD = 24_576;

async function warningFor(process: GpuProcess): Promise<string> {
  const { checks } = await placeOn({ inventory: inventoryOf(gpuOf(0, CARD, [process])) });
  return checks.find(({ code }) => code === 'RMA_PLAN_FOREIGN')?.message ?? '';
}

const process = { pid: 7, kind: 'compute', memoryBytes: 2 * 2 ** 30 } as const;

test('[case G03] the plan shows the names of foreign processes on one line, without control characters', async () => {
  const name = `/usr/bin/a\u001b[2J\r\nWARNING fake\u2028x${'y'.repeat(10_000)}`;
  const message = await warningFor({ ...process, name });
  expect(message).toMatch(/: a \[2J WARNING fake xy+… \(7\)$/);
  expect(message).not.toMatch(/[\p{C}\u2028]/u);
  expect(message.length).toBeLessThan(400);
});

test('[case G05] the plan shows a foreign process without a pid as unknown', async () => {
  expect(await warningFor({ ...process, pid: null, name: 'unknown' })).toMatch(/: unknown \(unknown pid\)$/);
});
