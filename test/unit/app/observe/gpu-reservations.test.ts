import { describe, expect, it } from 'vitest';
import { gpuReservations } from '../../../../src/app/observe/gpu-reservations.ts';
import { containerOf } from '../../../helpers/host/container-of.ts';
import { engineOf, hostOf } from '../../../helpers/host/port-builders.ts';

const host = hostOf({ engine: engineOf({ processes: async () => [11] }) });
const engine = containerOf({ service: 'a-ollama', profile: 'a', gpus: ['GPU-0'], gpuBytes: 5 });
const workerOfB = containerOf({ service: 'b-worker', profile: 'b', engines: ['a-ollama'] });
const owned = async (containers: Parameters<typeof gpuReservations>[1], planned: readonly string[]) =>
  (await gpuReservations(host, containers, { project: 'rma', planned })).map(({ service, own }) => [
    service,
    own,
  ]);

describe('gpuReservations', () => {
  it('plans anew an engine that a planned profile uses, whatever profile it was started for', async () => {
    expect(await owned([engine, workerOfB], ['b'])).toEqual([['a-ollama', true]]);
  });

  it('sets aside what no planned profile uses, and what is of another project', async () => {
    expect(await owned([engine, workerOfB], ['c'])).toEqual([['a-ollama', false]]);
    const others = [engine, workerOfB].map((each) => ({ ...each, project: 'other' }));
    expect(await owned(others, ['a', 'b'])).toEqual([['a-ollama', false]]);
  });

  it('counts what a paused container holds as its own', async () => {
    const [reservation] = await gpuReservations(host, [{ ...engine, state: 'paused' }], {
      project: 'rma',
      planned: ['a'],
    });
    expect(reservation).toMatchObject({ running: true, pids: [11] });
  });
});
