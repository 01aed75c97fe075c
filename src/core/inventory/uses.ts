import type { ScannedTree } from '../domain/store-scan.ts';
import { type ContentFile, hasContent } from './group.ts';
import { groupBy } from './group-by.ts';
import { below, type GroupedTree, type Place, placeOf } from './grouped-tree.ts';
import { onlyNames } from './only-names.ts';

/** The models that use content, and the other names that lead to it. One user is no set: it is the usual case. */
type Users = string | Set<string>;

/** Counts the users of all content of a store. */
export class Uses {
  /** inode → users; only of content with hard links, or with links from another tree */
  readonly #inodes = new Map<string, Users>();
  /** source of a tree → path of content below it → users; not of trees in which all content has one */
  readonly #trees = new Map<string | null, Map<string, Users>>();
  readonly #grouped: readonly GroupedTree[];
  /** paths of all models, built when a name that is none is looked up */
  #models: ReadonlySet<string> | null = null;

  constructor(grouped: readonly GroupedTree[]) {
    this.#grouped = grouped;
    const trees = grouped.map(({ tree }) => tree);
    const single = onlyNames(trees);
    const counted = grouped.filter(
      ({ tree, groups: { undecided = [], sharesFiles = false } }) =>
        !single.has(tree) || undecided.length > 0 || sharesFiles,
    );
    for (const { tree } of counted) this.#trees.set(tree.source, new Map());
    const links = linksElsewhere(trees);
    for (const each of counted) this.#read(each, links);
  }

  /** Returns the number of users of the content at a path below a tree. */
  ofPath({ source }: Pick<ScannedTree, 'source'>, path: string): number {
    return count(this.#trees.get(source)?.get(path));
  }

  /** Returns the number of users of the content of a file, by whatever path. */
  ofInode(tree: Pick<ScannedTree, 'source'>, file: ContentFile): number {
    const users = this.#inodes.get(file.inode);
    return users === undefined ? this.ofPath(tree, contentOf(file)) : count(users);
  }

  /** Returns the names of no model that lead to the content of a file, relative to the store. */
  otherNames(tree: Pick<ScannedTree, 'source'>, file: ContentFile): readonly string[] {
    const users = this.#inodes.get(file.inode);
    const own = this.#trees.get(tree.source)?.get(contentOf(file));
    const names = [
      ...namesIn(users),
      ...namesIn(own).map((name) => fromElsewhere(name) ?? below(tree, name)),
    ];
    this.#models ??= new Set(
      this.#grouped.flatMap((each) => each.groups.models.map(({ path }) => below(each.tree, path))),
    );
    const content = below(tree, contentOf(file));
    return [...new Set(names)].filter((name) => name !== content && this.#models?.has(name) === false);
  }

  #read(each: GroupedTree, links: ReadonlyMap<string, readonly string[]>): void {
    const { tree } = each;
    for (const { file, user } of usedFiles(each)) {
      const place = placeOf(tree, contentOf(file));
      this.#add(place, place.source === tree.source ? user : elsewhere(below(tree, user)));
      const linked = links.get(file.inode);
      if (file.isOnlyName !== true || linked !== undefined) add(this.#inodes, file.inode, below(tree, user));
      if (file.leadsElsewhere !== true) for (const link of linked ?? []) this.#add(place, elsewhere(link));
    }
  }

  #add({ source, path }: Place, user: string): void {
    const paths = this.#trees.get(source);
    if (paths !== undefined) add(paths, path, user);
  }
}

/** Returns the name of a user in another tree: no path below a tree begins with a slash. */
function elsewhere(user: string): string {
  return `/${user}`;
}

/** Returns the name of a user in another tree, relative to the store; null for one in the same tree. */
function fromElsewhere(user: string): string | null {
  return user.startsWith('/') ? user.slice(1) : null;
}

/** Returns the users of content with several. */
function namesIn(users: Users | undefined): readonly string[] {
  return users === undefined || typeof users === 'string' ? [] : [...users];
}

function count(users: Users | undefined): number {
  return users === undefined || typeof users === 'string' ? 1 : users.size;
}

function add(users: Map<string, Users>, key: string, user: string): void {
  const known = users.get(key);
  if (known === undefined) users.set(key, user);
  else if (typeof known !== 'string') known.add(user);
  else if (known !== user) users.set(key, new Set([known, user]));
}

function contentOf({ path, target }: ContentFile): string {
  return target ?? path;
}

/** Returns the links that lead from one tree to content of another, by its inode: without the content they lead nowhere. */
function linksElsewhere(trees: readonly ScannedTree[]): ReadonlyMap<string, readonly string[]> {
  const links = trees.flatMap((tree) =>
    tree.files
      .filter(({ leadsElsewhere }) => leadsElsewhere === true)
      .filter(hasContent)
      .map(({ path, inode }) => ({ inode, name: below(tree, path) })),
  );
  const byInode = groupBy(links, ({ inode }) => inode);
  return new Map([...byInode].map(([inode, found]) => [inode, found.map(({ name }) => name)]));
}

/** Returns the contents of a tree with their users: models by their paths, and all names that belong to no model. */
function* usedFiles({ tree, groups }: GroupedTree): Iterable<{ file: ContentFile; user: string }> {
  const owned = new Set<string>();
  for (const model of groups.models) {
    // each of its files has one user: the model
    if (model.sums !== undefined) continue;
    const { path } = model;
    for (const name of model.names) owned.add(name);
    for (const { file } of model.files) {
      owned.add(contentOf(file));
      yield { file, user: path };
    }
  }
  for (const file of tree.files)
    if (hasContent(file) && !owned.has(file.path)) yield { file, user: file.path };
  for (const file of groups.undecided ?? []) if (hasContent(file)) yield { file, user: file.path };
}
