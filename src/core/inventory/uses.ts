import { type ContentFile, hasContent } from './group.ts';
import { below, type GroupedTree } from './grouped-tree.ts';

/** Inode or path of a content → the models that use it, and the other names that lead to it. */
export type Uses = ReadonlyMap<string, ReadonlySet<string>>;

/** Returns what uses each content of a store. */
export function usesOf(grouped: readonly GroupedTree[]): Uses {
  const uses = new Map<string, Set<string>>();
  for (const each of grouped) {
    for (const { file, user } of usedFiles(each)) {
      for (const key of [file.inode, below(each.tree, file.target ?? file.path)])
        uses.set(key, (uses.get(key) ?? new Set()).add(below(each.tree, user)));
    }
  }
  return uses;
}

/** Returns the number of users of a content, by its inode or path. */
export function usersOf(uses: Uses, key: string): number {
  return uses.get(key)?.size ?? 0;
}

/** Returns the contents of a tree with their users: models by their paths, and all names that belong to no model. */
function usedFiles({ tree, groups }: GroupedTree): readonly { file: ContentFile; user: string }[] {
  const ofModels = groups.models.flatMap(({ path, files }) =>
    files.map(({ file }) => ({ file, user: path })),
  );
  const owned = new Set([
    ...groups.models.flatMap(({ names }) => names),
    ...ofModels.map(({ file }) => file.target ?? file.path),
  ]);
  const others = tree.files.filter(hasContent).filter(({ path }) => !owned.has(path));
  const undecided = (groups.undecided ?? []).filter(hasContent);
  return [...ofModels, ...[...others, ...undecided].map((file) => ({ file, user: file.path }))];
}
