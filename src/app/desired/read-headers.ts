import type { ModelGeometry } from '../../core/domain/geometry.ts';
import type { PinnedModel } from '../../core/domain/pinned-model.ts';
import { RmaError } from '../../core/errors.ts';
import type { Fallback } from '../../ports/stored-models.ts';
import { type GeometryPorts, readGeometry } from './read-geometry.ts';

interface HeadersToRead {
  /** by reference */
  readonly models: ReadonlyMap<string, PinnedModel>;
  /** references that the store resolved: no hub is queried for their headers */
  readonly stored: ReadonlySet<string>;
}

/** The geometry of models, by reference; null: the sizes of the files are used instead. */
export interface ReadHeaders {
  readonly geometry: ReadonlyMap<string, ModelGeometry | null>;
  /** references whose header could not be read now */
  readonly unread: readonly string[];
}

/** Reads the headers of models on their hubs, and in the store where these cannot be reached. */
export async function readHeaders(
  hubs: GeometryPorts & { readonly fallback?: Fallback | undefined },
  { models, stored }: HeadersToRead,
): Promise<ReadHeaders> {
  const { fallback } = hubs;
  const geometry = new Map<string, ModelGeometry | null>();
  await Promise.all(
    [...models].map(async ([ref, model]) => {
      if (stored.has(ref) || fallback?.offline === true || fallback?.unreachable.has(model.source)) return;
      const read = await readGeometry(hubs, model);
      if (read !== 'unread') geometry.set(ref, read);
      else fallback?.unreachable.add(model.source);
    }),
  );
  const rest = [...models].filter(([ref]) => !geometry.has(ref));
  const found = await storedGeometry(hubs, new Map(rest));
  for (const [ref] of rest) geometry.set(ref, found.get(ref) ?? null);
  return { geometry, unread: rest.flatMap(([ref]) => (found.has(ref) ? [] : [ref])) };
}

async function storedGeometry(
  { fallback, signal }: Pick<GeometryPorts, 'signal'> & { readonly fallback?: Fallback | undefined },
  models: ReadonlyMap<string, PinnedModel>,
): Promise<ReadonlyMap<string, ModelGeometry | null>> {
  if (fallback === undefined || models.size === 0) return new Map();
  try {
    return await fallback.stored.geometry([...models.values()]);
  } catch (error) {
    signal.throwIfAborted();
    // file sizes are sufficient
    if (error instanceof RmaError) return new Map();
    throw error;
  }
}
