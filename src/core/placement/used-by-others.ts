import { canonicalJson } from '../canonical-json.ts';
import type { ContainerSummary } from '../domain/container.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { gpuReservations } from './gpu-reservations.ts';

type Use = Pick<Snapshot, 'allContainers' | 'reservations'>;

/**
 * Returns a text that changes exactly when the GPUs or the RAM that other projects reserve change. It stays the same when a
 * reservation of a plan is replaced by the container that it was for.
 */
export function usedByOthers(project: string, { allContainers, reservations }: Use): string {
  const processes = new Map<string, null>();
  const others = gpuReservations({ allContainers, processes, reservations }, { project, planned: [] });
  const bytes = new Map<string, number>();
  for (const each of others) {
    if (each.project === project) continue;
    for (const uuid of each.devices) {
      const key = `${each.project} ${each.service} ${uuid}${each.exclusive ? ' exclusive' : ''}`;
      bytes.set(key, (bytes.get(key) ?? 0) + each.bytesPerGpu);
    }
  }
  const ram = ramOfOthers(project, { allContainers, reservations });
  return canonicalJson({ gpus: Object.fromEntries([...bytes].sort()), ram });
}

const STOPPED: readonly ContainerSummary['state'][] = ['exited', 'dead', 'removing'];

/**
 * Returns the RAM that other projects reserve, bytes: that of containers which are not stopped, from their labels, and what accepted
 * plans reserve beyond it.
 */
export function ramOfOthers(project: string, { allContainers, reservations }: Use): number {
  const used = allContainers.filter(({ state }) => !STOPPED.includes(state));
  const bytes = new Map<string, number>();
  for (const each of [...used, ...reservations]) {
    if (each.project === project) continue;
    const key = `${each.project} ${each.service}`;
    bytes.set(key, Math.max(each.ramBytes, bytes.get(key) ?? 0));
  }
  return [...bytes.values()].reduce((sum, each) => sum + each, 0);
}
