import type { ModelGeometry } from '../../core/domain/geometry.ts';
import type { PinnedFile, PinnedModel } from '../../core/domain/pinned-model.ts';
import { RmaError } from '../../core/errors.ts';
import { isUnreachable } from '../../core/hub/is-temporary.ts';
import type { Invocation } from '../../ports/invocation.ts';
import type { ByteRange } from '../../ports/range-reader.ts';
import { modelGeometry } from '../fetch/model-geometry.ts';

/** What reads the header of a file on a hub. */
export type GeometryPorts = Pick<Invocation, 'sources' | 'ranges' | 'reporter' | 'signal'>;

/**
 * Returns the geometry of a model by its headers on the hub; null when it has none, the hub rejects the request, or the
 * header cannot be parsed; `unread` when the hub cannot be reached. The reason is a debug message: the sizes of the files
 * are used instead.
 */
export async function readGeometry(
  ports: GeometryPorts,
  model: PinnedModel,
): Promise<ModelGeometry | null | 'unread'> {
  const found = await geometryOrReason(ports, model);
  if (typeof found !== 'string' && !(found instanceof RmaError)) return found;
  const why = typeof found === 'string' ? found : found.message;
  const text = `${model.ref}: model dimensions unknown, estimating from file sizes: ${why}`;
  ports.reporter.emit({ type: 'log', level: 'debug', text });
  return isUnreachable(found) ? 'unread' : null;
}

async function geometryOrReason(
  ports: GeometryPorts,
  model: PinnedModel,
): Promise<ModelGeometry | string | RmaError> {
  try {
    return await modelGeometry(model, (file, range) => readRange(ports, { model, file }, range));
  } catch (error) {
    if (!(error instanceof RmaError) || ports.signal.aborted) throw error;
    return error;
  }
}

async function readRange(
  { sources, ranges, signal }: GeometryPorts,
  { model, file }: { readonly model: PinnedModel; readonly file: PinnedFile },
  range: ByteRange,
): Promise<Uint8Array> {
  const source = sources.find((each) => each.source === model.source);
  if (source === undefined) throw new Error(`no source for ${model.ref}`);
  if (range.to <= range.from) return new Uint8Array();
  return ranges.read(source.locate(model, file), range, signal);
}
