import { describe, expect, it } from 'vitest';
import { gpuPromises } from '../../../../src/app/observe/gpu-promises.ts';
import type { Box } from '../../../../src/ports/box.ts';
import { containerOf } from '../../../helpers/builders/place-box.ts';

const box = { docker: { processes: async () => [11] } } as unknown as Box;
const engine = containerOf({ service: 'a-ollama', profile: 'a', gpus: ['GPU-0'], gpuBytes: 5 });
const workerOfB = containerOf({ service: 'b-worker', profile: 'b', engines: ['a-ollama'] });
const owned = async (containers: Parameters<typeof gpuPromises>[1], planned: readonly string[]) =>
  (await gpuPromises(box, containers, 'rma', planned)).map(({ service, own }) => [service, own]);

describe('gpuPromises', () => {
  it('plans anew an engine that a planned profile uses, whatever profile it was started for', async () => {
    expect(await owned([engine, workerOfB], ['b'])).toEqual([['a-ollama', true]]);
  });

  it('sets aside what no planned profile uses, and what is of another project', async () => {
    expect(await owned([engine, workerOfB], ['c'])).toEqual([['a-ollama', false]]);
    const others = [engine, workerOfB].map((each) => ({ ...each, project: 'other' }));
    expect(await owned(others, ['a', 'b'])).toEqual([['a-ollama', false]]);
  });

  it('counts what a paused container holds as its own', async () => {
    const [promise] = await gpuPromises(box, [{ ...engine, state: 'paused' }], 'rma', ['a']);
    expect(promise).toMatchObject({ running: true, pids: [11] });
  });
});
