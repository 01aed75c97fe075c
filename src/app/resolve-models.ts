import { EXIT, RmaError } from '../core/errors.ts';
import type { PinnedModel } from '../core/model/pinned-model.ts';

import { formatModelRef, parseModelRef } from '../core/models/parse-ref.ts';
import type { Box } from '../ports/box.ts';

/** `resolved.json`: what each reference meant when it was asked first. */
interface ResolvedFile {
  readonly schema: 'rma.resolved/v1';
  readonly models: Readonly<Record<string, PinnedModel>>;
}

export interface ResolveOptions {
  /** path of `resolved.json` */
  readonly file: string;
  /** ask the hub again for every reference */
  readonly refresh: boolean;
}

/**
 * The exact files behind each reference: from `resolved.json`, else from the hub.
 * @throws RmaError RMA_HUB_*; RMA_RESOLVED_INVALID (2) when someone broke the file
 */
export async function resolveModels(
  box: Box,
  refs: readonly string[],
  options: ResolveOptions,
): Promise<ReadonlyMap<string, PinnedModel>> {
  const known = options.refresh ? {} : await readResolved(box, options.file);
  const models = await Promise.all(refs.map(async (ref) => known[ref] ?? resolveOne(box, ref)));
  return new Map(refs.map((ref, at) => [ref, models[at] as PinnedModel]));
}

/** The text of `resolved.json`; the same models give the same bytes. */
export function formatResolved(models: ReadonlyMap<string, PinnedModel>): string {
  const sorted = [...models].sort(([a], [b]) => (a < b ? -1 : 1));
  const file: ResolvedFile = { schema: 'rma.resolved/v1', models: Object.fromEntries(sorted) };
  return `${JSON.stringify(file, null, 2)}\n`;
}

async function resolveOne(box: Box, text: string): Promise<PinnedModel> {
  const ref = parseModelRef(text);
  const source = box.sources.find((candidate) => candidate.source === ref.source);
  if (source === undefined) throw new Error(`no source for ${formatModelRef(ref)}`);
  const id = `resolve ${text}`;
  box.reporter.emit({ type: 'step', id, state: 'start', text: `asking the hub for ${text}` });
  const model = await source.resolve(ref, box.signal);
  box.reporter.emit({ type: 'step', id, state: 'done', text: `found ${text}` });
  return model;
}

async function readResolved(box: Box, path: string): Promise<ResolvedFile['models']> {
  const text = await box.files.read(path);
  if (text === null) return {};
  try {
    const file = JSON.parse(text) as ResolvedFile;
    if (file.schema === 'rma.resolved/v1') return file.models;
  } catch {
    // said below, as for any other content that is not ours
  }
  throw new RmaError('RMA_RESOLVED_INVALID', `${path} is not a file of resolved models`, {
    exitCode: EXIT.usage,
    hint: `remove it, rma asks the hub again: rm '${path}'`,
  });
}
