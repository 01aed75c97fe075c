import type { Operation, Step } from './operation.ts';
import { objectOf } from './operation-object.ts';

/** Returns whether a step needs another one complete before it starts. */
export type Follows = (step: Step, other: Step) => boolean;

/**
 * Returns the operations of a plan in an order in which they could run one by one, as close to the given order as
 * possible. Each has its id, and the ids of those it follows; what follows from others is left out of `after`.
 * @throws Error when the rules have a cycle
 */
export function connect(steps: readonly Step[], host: string, follows: Follows): readonly Operation[] {
  const before = new Map(
    steps.map((step) => [step, steps.filter((other) => other !== step && follows(step, other))]),
  );
  const sorted = sort(steps, before);
  const reached = new Map<Step, ReadonlySet<Step>>();
  return sorted.map((step): Operation => {
    const direct = before.get(step) ?? [];
    const indirect = new Set(direct.flatMap((other) => [...(reached.get(other) ?? [])]));
    reached.set(step, new Set([...direct, ...indirect]));
    const after = direct.filter((other) => !indirect.has(other)).map(idOf);
    return { id: idOf(step), host, after, ...step };
  });
}

/** Returns the steps, each after those it follows; of several that are possible, the first in the given order. */
function sort(steps: readonly Step[], before: ReadonlyMap<Step, readonly Step[]>): readonly Step[] {
  const done = new Set<Step>();
  while (done.size < steps.length) {
    const next = steps.find(
      (step) => !done.has(step) && (before.get(step) ?? []).every((other) => done.has(other)),
    );
    if (next === undefined) {
      const left = steps.filter((step) => !done.has(step)).map(idOf);
      throw new Error(`the operations of a plan follow each other in a circle: ${left.join(', ')}`);
    }
    done.add(next);
  }
  return [...done];
}

/** Returns the id of a step: `<kind> <object>`. */
function idOf(step: Step): string {
  return `${step.kind} ${objectOf(step)}`;
}
