import type { PinnedModel } from '../domain/pinned-model.ts';
import { keyedRef } from '../inventory/needed-by.ts';
import { layoutOf, sourceOf } from '../source/sources.ts';
import type { MarkedEntry } from './cache-view.ts';

/** What is restored from the trash before a download. */
export interface Restoring<T extends MarkedEntry> {
  /** entries of the model itself */
  readonly whole: readonly T[];
  /** content that the model shares with other marked models */
  readonly contents: readonly { readonly entry: T; readonly paths: ReadonlySet<string> }[];
}

/** Returns what of the trash a model needs, so that it is not downloaded again. */
export function planRestore<T extends MarkedEntry>(marked: readonly T[], model: PinnedModel): Restoring<T> {
  const lease = sourceOf(model).store.lease(model);
  const isShared = layoutOf(model) === 'ollama';
  const own = marked.filter(({ record }) =>
    isShared ? record.source === model.source : record.lease === lease,
  );
  const whole = own.filter(({ record }) => isSame(record, model));
  const names = new Set(
    model.files.flatMap(({ digest }) => (digest === null ? [] : [digest.hex, `sha256-${digest.hex}`])),
  );
  const contents = own
    .filter((entry) => !whole.includes(entry))
    .map((entry) => ({ entry, paths: new Set(contentsNamed(entry, names)) }))
    .filter(({ paths }) => paths.size > 0);
  return { whole, contents };
}

function isSame({ kind, commit, references }: MarkedEntry['record'], model: PinnedModel): boolean {
  if (kind !== 'model') return false;
  if (commit !== null) return 'commit' in model && model['commit'] === commit;
  const key = keyedRef(model.ref)?.key;
  return key !== undefined && references.some((each) => keyedRef(each)?.key === key);
}

function contentsNamed({ record }: MarkedEntry, names: ReadonlySet<string>): readonly string[] {
  return record.moves
    .filter(({ part, from }) => part === 'content' && names.has(from.slice(from.lastIndexOf('/') + 1)))
    .map(({ from }) => from);
}
