import { describe, expect, it } from 'vitest';
import type { ContainerSummary } from '../../../src/core/domain/container.ts';
import { gpuReservations } from '../../../src/core/placement/gpu-reservations.ts';
import { ramOfOthers, usedByOthers } from '../../../src/core/placement/used-by-others.ts';
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

describe('[case S02] the reservation of a plan', () => {
  const planned = {
    project: 'other',
    service: 'a-vllm',
    devices: ['GPU-0', 'GPU-1'],
    bytesPerGpu: 7,
    exclusive: true,
    ramBytes: 0,
  };
  const container = (gpuBytes: number, gpuExclusive: boolean) =>
    containerOf({ service: 'a-vllm', project: 'other', gpus: ['GPU-0'], gpuBytes, gpuExclusive });
  const snapshot = (...allContainers: readonly ContainerSummary[]) => ({
    allContainers,
    processes: new Map<string, null>(),
    reservations: [planned],
  });
  const bytesOf = (...containers: readonly ContainerSummary[]) =>
    gpuReservations(snapshot(...containers), { project: 'rma', planned: [] }).map((each) => [
      each.devices.join(),
      each.bytesPerGpu,
      each.exclusive,
    ]);

  it('counts like that of a container', () => {
    expect(bytesOf()).toEqual([
      ['GPU-0', 7, true],
      ['GPU-1', 7, true],
    ]);
  });

  it('is not counted again when the container exists, and adds what that one lacks', () => {
    expect(bytesOf(container(7, true))).toEqual([
      ['GPU-0', 7, true],
      ['GPU-1', 7, true],
    ]);
    expect(bytesOf(container(5, true))).toEqual([
      ['GPU-0', 5, true],
      ['GPU-0', 2, true],
      ['GPU-1', 7, true],
    ]);
    expect(bytesOf(container(9, false))).toEqual([
      ['GPU-0', 9, false],
      ['GPU-0', 0, true],
      ['GPU-1', 7, true],
    ]);
  });

  it('is ignored in a plan of its own project, which replaces it', () => {
    expect(gpuReservations(snapshot(), { project: 'other', planned: [] })).toEqual([]);
  });

  it('is the same use by others before and after its container exists', () => {
    const reserved = { ...planned, devices: ['GPU-0'] };
    const before = usedByOthers('rma', { allContainers: [], reservations: [reserved] });
    const both = usedByOthers('rma', { allContainers: [container(7, true)], reservations: [reserved] });
    const after = usedByOthers('rma', { allContainers: [container(7, true)], reservations: [] });
    expect([both, after]).toEqual([before, before]);
    expect(usedByOthers('rma', { allContainers: [], reservations: [] })).not.toBe(before);
    const shared = { ...reserved, exclusive: false };
    expect(usedByOthers('rma', { allContainers: [], reservations: [shared] })).not.toBe(before);
  });

  it('includes RAM, of which a service counts once, and a stopped container not at all', () => {
    const reserved = { ...planned, ramBytes: 5 };
    const running = containerOf({ service: 'a-vllm', project: 'other', ramBytes: 5 });
    const ram = (...allContainers: readonly ContainerSummary[]) =>
      ramOfOthers('rma', { allContainers, reservations: [reserved] });
    expect([
      ram(),
      ram(running),
      ram({ ...running, service: 'b' }),
      ram({ ...running, project: 'rma' }),
    ]).toEqual([5, 5, 10, 5]);
    const stopped = { ...running, state: 'exited' } as const;
    expect(ramOfOthers('rma', { allContainers: [stopped], reservations: [] })).toBe(0);
  });
});
