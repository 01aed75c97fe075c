import { describe, expect, it } from 'vitest';
import type { ContainerSummary } from '../../../src/core/domain/container.ts';
import { gpuReservations } from '../../../src/core/placement/gpu-reservations.ts';
import { containerOf } from '../../helpers/host/container-of.ts';

const engine = containerOf({ service: 'a-ollama', profile: 'a', gpus: ['GPU-0'], gpuBytes: 5 });
const workerOfB = containerOf({ service: 'b-worker', profile: 'b', engines: ['a-ollama'] });
const reserved = (containers: readonly ContainerSummary[], planned: readonly string[]) =>
  gpuReservations(
    { allContainers: containers, processes: new Map([['a-ollama', [11]]]), reservations: [] },
    { project: 'rma', planned },
  );
const owned = (...args: Parameters<typeof reserved>) =>
  reserved(...args).map(({ service, own }) => [service, own]);

describe('gpuReservations', () => {
  it('includes an engine used by a planned profile, whatever profile started it', () => {
    expect(owned([engine, workerOfB], ['b'])).toEqual([['a-ollama', true]]);
  });

  it('keeps engines reserved that no planned profile or another project uses', () => {
    expect(owned([engine, workerOfB], ['c'])).toEqual([['a-ollama', false]]);
    const others = [engine, workerOfB].map((each) => ({ ...each, project: 'other' }));
    expect(owned(others, ['a', 'b'])).toEqual([['a-ollama', false]]);
  });

  it('counts a paused container as running', () => {
    const [reservation] = reserved([{ ...engine, state: 'paused' }], ['a']);
    expect(reservation).toMatchObject({ running: true, pids: [11] });
  });
});
