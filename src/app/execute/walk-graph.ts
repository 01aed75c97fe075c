import { type GraphNode, type GroupWalk, walkGroups } from './walk-groups.ts';

export type Walk<O extends GraphNode> = Omit<GroupWalk<O>, 'groupOf' | 'maxGroups'>;

/** Like `walkGroups`, with all operations in one group. @throws the first failure, or the signal's reason */
export async function walkGraph<O extends GraphNode>(operations: readonly O[], walk: Walk<O>): Promise<void> {
  const { failures } = await walkGroups(operations, { ...walk, groupOf: () => '', maxGroups: 1 });
  for (const failure of failures.values()) throw failure;
}
