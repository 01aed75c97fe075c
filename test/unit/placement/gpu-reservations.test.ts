import { describe, expect, it } from 'vitest';
import type { ContainerSummary } from '../../../src/core/domain/container.ts';
import { gpuReservations } from '../../../src/core/placement/gpu-reservations.ts';
import { containerOf } from '../../helpers/host/container-of.ts';

const engine = containerOf({ service: 'a-ollama', profile: 'a', gpus: ['GPU-0'], gpuBytes: 5 });
const workerOfB = containerOf({ service: 'b-worker', profile: 'b', engines: ['a-ollama'] });
const reserved = (containers: readonly ContainerSummary[], planned: readonly string[]) =>
  gpuReservations(
    { allContainers: containers, processes: new Map([['a-ollama', [11]]]) },
    { project: 'rma', planned },
  );
const owned = (...args: Parameters<typeof reserved>) =>
  reserved(...args).map(({ service, own }) => [service, own]);

describe('gpuReservations', () => {
  it('plans anew an engine that a planned profile uses, whatever profile it was started for', () => {
    expect(owned([engine, workerOfB], ['b'])).toEqual([['a-ollama', true]]);
  });

  it('sets aside what no planned profile uses, and what is of another project', () => {
    expect(owned([engine, workerOfB], ['c'])).toEqual([['a-ollama', false]]);
    const others = [engine, workerOfB].map((each) => ({ ...each, project: 'other' }));
    expect(owned(others, ['a', 'b'])).toEqual([['a-ollama', false]]);
  });

  it('counts what a paused container holds as its own', () => {
    const [reservation] = reserved([{ ...engine, state: 'paused' }], ['a']);
    expect(reservation).toMatchObject({ running: true, pids: [11] });
  });
});
