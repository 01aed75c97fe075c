import { canonicalJson } from '../../core/canonical-json.ts';
import type { ModelGeometry } from '../../core/domain/geometry.ts';
import type { PinnedModel } from '../../core/domain/pinned-model.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { formatModelRef, parseModelRef } from '../../core/reference/parse-ref.ts';
import {
  checkShape,
  dictionary,
  nullable,
  oneOf,
  optional,
  record,
  type Shape,
  text,
  wholeNumber,
} from '../../core/shape.ts';
import { pinnedModelShape } from '../../core/worker/pinned-model-shape.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { step } from './step.ts';

/** What references are known to mean, by reference. */
export interface KnownModels {
  readonly models: Readonly<Record<string, PinnedModel>>;
  /** of models on GPUs; null: the header does not tell */
  readonly geometry: Readonly<Record<string, ModelGeometry | null>>;
  /** optional models that their source does not have, with what it said */
  readonly missing: Readonly<Record<string, string>>;
}

/** `resolved.json`: what each reference meant when it was asked first. */
interface ResolvedFile {
  readonly schema: 'rma.resolved/v1';
  readonly models: KnownModels['models'];
  readonly geometry?: KnownModels['geometry'] | undefined;
  readonly missing?: KnownModels['missing'] | undefined;
}

const number = nullable(wholeNumber());

const geometryShape: Shape<ModelGeometry> = record({
  architecture: nullable(text()),
  layers: number,
  attentionHeads: number,
  kvHeads: number,
  keyLength: number,
  valueLength: number,
  contextLength: number,
  weightsBytes: wholeNumber(),
});

const resolvedFile: Shape<ResolvedFile> = record({
  schema: oneOf('rma.resolved/v1'),
  models: dictionary(pinnedModelShape),
  geometry: optional(dictionary(nullable(geometryShape))),
  missing: optional(dictionary(text())),
});

/** What a reference means, or why nobody could tell. */
export type Resolution =
  | { readonly ok: true; readonly pinned: PinnedModel }
  | { readonly ok: false; readonly error: RmaError };

export const NOTHING_KNOWN: KnownModels = { models: {}, geometry: {}, missing: {} };

/**
 * The exact files behind each reference: those known already, else as the hub says; a failure of one stands beside the
 * others, in the order of the references. Rejects only when aborted.
 */
export async function resolveEach(
  invocation: Pick<Invocation, 'sources' | 'reporter' | 'signal'>,
  refs: readonly string[],
  known: KnownModels['models'],
): Promise<ReadonlyMap<string, Resolution>> {
  const resolutions = await Promise.all(
    refs.map(async (ref): Promise<Resolution> => {
      try {
        return { ok: true, pinned: known[ref] ?? (await resolveOne(invocation, ref)) };
      } catch (error) {
        invocation.signal.throwIfAborted();
        if (error instanceof RmaError) return { ok: false, error };
        throw error;
      }
    }),
  );
  return new Map(refs.map((ref, at) => [ref, resolutions[at] as Resolution]));
}

/** The text of `resolved.json`; the same models give the same bytes. */
export function formatResolved({ models, geometry, missing }: KnownModels): string {
  const file: ResolvedFile = {
    schema: 'rma.resolved/v1',
    models,
    ...(Object.keys(geometry).length > 0 && { geometry }),
    ...(Object.keys(missing).length > 0 && { missing }),
  };
  return `${canonicalJson(file, 2)}\n`;
}

/**
 * What `resolved.json` holds. Nothing in it is trusted: whoever wrote it, no path in it may lead out of the store.
 * @throws RmaError RMA_RESOLVED_INVALID (2) when someone broke the file
 */
export async function readResolved(host: Pick<Host, 'files'>, path: string): Promise<KnownModels> {
  const content = await host.files.read(path);
  if (content === null) return NOTHING_KNOWN;
  const checked = checkShape(resolvedFile, parse(content));
  if (!checked.ok) throw invalid(path, checked.faults[0] ?? '');
  const { models } = checked.value;
  const mixed = Object.keys(models).find((ref) => models[ref]?.ref !== ref);
  if (mixed !== undefined) throw invalid(path, `the entry of ${mixed} is that of ${models[mixed]?.ref}`);
  return { models, geometry: checked.value.geometry ?? {}, missing: checked.value.missing ?? {} };
}

/** What a reference means now. @throws RmaError RMA_HUB_* */
export async function resolveOne(
  invocation: Pick<Invocation, 'sources' | 'reporter' | 'signal'>,
  name: string,
): Promise<PinnedModel> {
  const ref = parseModelRef(name);
  const source = invocation.sources.find((candidate) => candidate.source === ref.source);
  if (source === undefined) throw new Error(`no source for ${formatModelRef(ref)}`);
  return step(invocation, `asking the hub for ${name}`, () => source.resolve(ref, invocation.signal));
}

function parse(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return content; // no JSON: the fault then shows what is there
  }
}

function invalid(path: string, fault: string): RmaError {
  return new RmaError('RMA_RESOLVED_INVALID', `${path} is not a file of resolved models: ${fault}`, {
    exitCode: EXIT.usage,
    hint: `remove it, rma asks the hub again: rm '${path}'`,
  });
}
