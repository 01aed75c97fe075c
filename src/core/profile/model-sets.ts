import type { CatalogModel } from '../domain/profile.ts';
import { formatModelRef, parseModelRef } from '../source/parse-ref.ts';
import { sourceOf } from '../source/sources.ts';
import { DEFAULT_SET } from '../source/url-reference.ts';
import { canonicalSources } from './model-sources.ts';

/** Entries of the catalog; null for one with faults in its file. */
type Entries = ReadonlyMap<string, CatalogModel | null>;

const PREFIX = 'set:';

/** Returns whether a name is that of a set or of a model in one: `set:starter`, `set:starter/gemma-2-2b-it`. */
export function isSetName(name: string): boolean {
  return name.startsWith(PREFIX);
}

/** Returns the name of a model in a set. */
export function memberName(set: string, name: string): string {
  return `${PREFIX}${set}/${name}`;
}

/** Returns the name of an entry without its set: the name under which engines serve it. */
export function nameWithoutSet(name: string): string {
  return isSetName(name) ? name.slice(name.indexOf('/') + 1) : name;
}

/**
 * Returns the entries with one more for each set of a model: `set:SET/NAME`, which is stored in the directory of the set.
 * The same content in several sets is one file with several names.
 */
export function withSetMembers(entries: Entries): ReadonlyMap<string, CatalogModel | null> {
  const members = [...entries].flatMap(([, entry]) =>
    (entry?.sets ?? []).map((set) => member(entry as CatalogModel, set)),
  );
  return new Map([...entries, ...members.map((entry) => [entry.name, entry] as const)]);
}

/** Returns the names of the models without those in sets, sorted. */
export function plainNames(entries: Entries): readonly string[] {
  return [...entries.keys()].filter((name) => !isSetName(name)).sort();
}

/** Returns the names of the sets in the catalog with the prefix, sorted. */
export function setNames(entries: Entries): readonly string[] {
  const names = [...entries.keys()].filter(isSetName).map((name) => name.slice(0, name.indexOf('/')));
  return [...new Set(names)].sort();
}

/** Returns the names with the models of each set instead of `set:NAME`; a set without models stays. */
export function expandSets(names: readonly string[], entries: Entries): readonly string[] {
  return names.flatMap((name) => {
    if (!isSetName(name)) return [name];
    const members = [...entries.keys()].filter((each) => each.startsWith(`${name}/`));
    return members.length === 0 ? [name] : members;
  });
}

/** Returns why models with this reference cannot be in sets; null if they can. */
export function setFault(ref: string): string | null {
  const parsed = parseModelRef(ref);
  if (sourceOf(parsed).store.layout !== 'flat')
    return 'a set is a directory of GGUF files: only models with a URL can be in one';
  const ownSet = formatModelRef({ ...parsed, set: DEFAULT_SET }) !== formatModelRef(parsed);
  return ownSet ? '"sets" and #set= in "ref" cannot be combined' : null;
}

function member({ sources, ...entry }: CatalogModel, set: string): CatalogModel {
  const ref = formatModelRef({ ...parseModelRef(entry.ref), set });
  const own = (sources ?? []).filter((item) => item !== entry.ref);
  return {
    ...entry,
    name: memberName(set, entry.name),
    ref,
    ...(sources !== undefined && { sources: canonicalSources(ref, own) }),
  };
}
