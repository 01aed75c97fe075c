import { type ContentFile, hasContent } from './group.ts';
import { groupBy } from './group-by.ts';
import { below, type GroupedTree } from './grouped-tree.ts';

/** Inode or path of a content → the models that use it, and the other names that lead to it. A single user is no set: it is the usual case. */
export type Uses = ReadonlyMap<string, string | ReadonlySet<string>>;

/** Returns what uses each content of a store. */
export function usesOf(grouped: readonly GroupedTree[]): Uses {
  const uses = new Map<string, string | Set<string>>();
  const add = (key: string, user: string) => {
    const known = uses.get(key);
    if (known === undefined) uses.set(key, user);
    else if (typeof known !== 'string') known.add(user);
    else if (known !== user) uses.set(key, new Set([known, user]));
  };
  const links = linksElsewhere(grouped);
  for (const each of grouped) {
    for (const { file, user } of usedFiles(each)) {
      const path = below(each.tree, file.target ?? file.path);
      const name = below(each.tree, user);
      add(file.inode, name);
      add(path, name);
      if (links.size > 0 && file.leadsElsewhere !== true)
        for (const link of links.get(file.inode) ?? []) add(path, link);
    }
  }
  return uses;
}

/** Returns the links that lead from one tree to content of another, by its inode: without the content they lead nowhere. */
function linksElsewhere(grouped: readonly GroupedTree[]): ReadonlyMap<string, readonly string[]> {
  const links = grouped.flatMap(({ tree }) =>
    tree.files
      .filter(({ leadsElsewhere }) => leadsElsewhere === true)
      .filter(hasContent)
      .map(({ path, inode }) => ({ inode, name: below(tree, path) })),
  );
  const byInode = groupBy(links, ({ inode }) => inode);
  return new Map([...byInode].map(([inode, found]) => [inode, found.map(({ name }) => name)]));
}

/** Returns the number of users of a content, by its inode or path. */
export function usersOf(uses: Uses, key: string): number {
  const users = uses.get(key);
  return typeof users === 'string' ? 1 : (users?.size ?? 0);
}

/** Returns the contents of a tree with their users: models by their paths, and all names that belong to no model. */
function* usedFiles({ tree, groups }: GroupedTree): Iterable<{ file: ContentFile; user: string }> {
  const owned = new Set<string>();
  for (const { path, names, files } of groups.models) {
    for (const name of names) owned.add(name);
    for (const { file } of files) {
      owned.add(file.target ?? file.path);
      yield { file, user: path };
    }
  }
  for (const file of tree.files)
    if (hasContent(file) && !owned.has(file.path)) yield { file, user: file.path };
  for (const file of groups.undecided ?? []) if (hasContent(file)) yield { file, user: file.path };
}
