import type { MovedProfiles } from '../hosts/moved-profiles.ts';
import type { Operation } from './operation.ts';

/**
 * Returns the operations so that a profile is drained and removed on a host after it is ready on another one. Of profiles that trade
 * places, the first one leaves before: each would wait for the other.
 */
export function followMoves(operations: readonly Operation[], moved: MovedProfiles): readonly Operation[] {
  const after = new Map(operations.map((operation) => [operation.id, operation.after]));
  for (const [host, moves] of moved)
    for (const [profile, targets] of moves) {
      const worker = `${profile}-worker`;
      const leaves = operations.filter((each) => each.host === host && isLeave(each, worker));
      const waits = operations.filter(
        (each) => targets.includes(each.host) && each.kind === 'wait-until-ready' && each.service === worker,
      );
      if (waits.some(({ id }) => leaves.some((leave) => follows(after, id, leave.id)))) continue;
      for (const { id } of leaves) after.set(id, [...(after.get(id) ?? []), ...waits.map((wait) => wait.id)]);
    }
  return operations.map((operation) => ({ ...operation, after: after.get(operation.id) ?? operation.after }));
}

function isLeave(operation: Operation, worker: string): boolean {
  return (
    (operation.kind === 'drain-worker' || operation.kind === 'remove-service') && operation.service === worker
  );
}

/** Returns whether an operation follows another one, also through others. */
function follows(after: ReadonlyMap<string, readonly string[]>, id: string, other: string): boolean {
  const seen = new Set<string>();
  const waiting = [id];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next === other) return true;
    if (seen.has(next)) continue;
    seen.add(next);
    waiting.push(...(after.get(next) ?? []));
  }
  return false;
}
