import type { MovedProfiles } from '../hosts/moved-profiles.ts';
import type { Operation } from './operation.ts';

/**
 * Returns the operations so that a profile is drained and removed on a host after it is ready on another one. What starts on the old
 * host does not wait for that, except for GPUs. Of profiles that trade places, the first one leaves before: each would wait for
 * the other.
 */
export function followMoves(plan: readonly Operation[], moved: MovedProfiles): readonly Operation[] {
  const operations = startBeforeMoves(plan, moved);
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

/** Returns the operations; starts without GPUs no longer follow the removal of what moves to another host. */
function startBeforeMoves(operations: readonly Operation[], moved: MovedProfiles): readonly Operation[] {
  const workers = [...moved].flatMap(([host, moves]) =>
    [...moves.keys()].flatMap((profile) =>
      operations.filter((each) => each.host === host && isLeave(each, `${profile}-worker`)),
    ),
  );
  const leaving = new Set(workers.map(({ id }) => id));
  for (const { id, kind, after } of operations) {
    // an engine is removed after its worker
    if (kind === 'remove-service' && after.some((each) => leaving.has(each))) leaving.add(id);
  }
  const byId = new Map(operations.map((operation) => [operation.id, operation]));
  // what it followed through them, it follows still
  const withoutLeaving = (after: readonly string[]): readonly string[] => {
    const ids = after.flatMap((id) => (leaving.has(id) ? withoutLeaving(byId.get(id)?.after ?? []) : [id]));
    return [...new Set(ids)];
  };
  const onGpus = operations.filter(({ kind }) => kind === 'check-gpus').map(startOf);
  return operations.map((operation) => {
    if (!STARTS.has(operation.kind) || onGpus.includes(startOf(operation))) return operation;
    return { ...operation, after: withoutLeaving(operation.after) };
  });
}

const STARTS: ReadonlySet<Operation['kind']> = new Set<Operation['kind']>([
  'start-service',
  'recreate-service',
  'restart-service',
]);

function startOf(operation: Operation): string {
  return `${operation.host} ${'service' in operation ? operation.service : ''}`;
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
