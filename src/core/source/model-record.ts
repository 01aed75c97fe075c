import * as z from 'zod/mini';
import type { ModelRef } from '../domain/model-ref.ts';
import type { PinnedModel } from '../domain/pinned-model.ts';
import { RmaError } from '../errors.ts';
import { sha256Hex } from '../hash.ts';
import { jsonOrNull, type Schema } from '../schema/parse.ts';
import { text } from '../schema/rules.ts';
import { pinnedModelSchema } from './pinned-model-schema.ts';
import type { PinnedRepository, RepositoryRef } from './repository.ts';
import { selectRepository } from './select-repository.ts';
import { sourceOf } from './sources.ts';

/** The record of a store: what a reference meant when the store got its model. */
export interface ModelRecord {
  readonly schema: 'rma.model/v1';
  /** RFC 3339, UTC */
  readonly recordedAt: string;
  readonly model: PinnedModel;
}

const COMMIT = /^[0-9a-f]{40}$/;

const recordSchema: Schema<ModelRecord> = z.object({
  schema: z.literal('rma.model/v1'),
  recordedAt: text(),
  model: pinnedModelSchema,
});

/** Returns the file name of the record of a reference; spellings that its source does not distinguish have one record. */
export function recordName(ref: ModelRef): string {
  return `${sha256Hex(recordKey(ref))}.json`;
}

/** Returns the text of the record of a model. `recordedAt` as in the record. */
export function formatRecord(model: PinnedModel, recordedAt: string): string {
  const record: ModelRecord = { schema: 'rma.model/v1', recordedAt, model: withoutSources(model) };
  return `${JSON.stringify(record)}\n`;
}

/**
 * Parses the text of a record. The file is not trusted: no path in it may lead out of the store. Returns null for anything
 * but a record of this reference.
 */
export function parseRecord(content: string, ref: ModelRef): ModelRecord | null {
  const record = parseAnyRecord(content);
  if (record === null) return null;
  const { model } = record;
  if (model.source !== ref.source || keyOf(model) !== recordKey(ref) || !answers(model, ref)) return null;
  return { ...record, model: { ...model, ref: sourceOf(ref).format(ref) } };
}

/** Returns whether a model has files, and is at the commit if the reference names one. */
function answers(model: PinnedModel, ref: ModelRef): boolean {
  const { revision } = ref;
  const isCommit = typeof revision === 'string' && COMMIT.test(revision);
  return model.files.length > 0 && (!isCommit || !('commit' in model) || model['commit'] === revision);
}

/** Parses the text of a record, whatever its reference; null for anything but a record. No path in it leads out of the store. */
export function parseAnyRecord(content: string): ModelRecord | null {
  const record = jsonOrNull(recordSchema, content);
  if (record === null || Number.isNaN(Date.parse(record.recordedAt))) return null;
  return { ...record, model: withoutSources(record.model) };
}

/** The sources of a model belong to a project, not to a store or to the machine that serves it. */
function withoutSources({ sources: _, ...model }: PinnedModel): PinnedModel {
  return model as PinnedModel;
}

/** Returns the reference of the whole repository that a reference selects files of; null for any other reference. */
export function wholeOf(ref: ModelRef): ModelRef | null {
  return typeof ref['pattern'] === 'string' ? { ...ref, pattern: null } : null;
}

/**
 * Returns the record of a reference that selects files of a repository, by the record of all its files; null if that lacks
 * files, or the reference selects none of them.
 */
export function narrowed(whole: ModelRecord, ref: ModelRef): ModelRecord | null {
  const repository = whole.model as PinnedRepository;
  if (repository.complete !== true) return null;
  try {
    const { entries: files, fields } = selectRepository(ref as RepositoryRef, repository.files);
    const { copies: _, projectors: __, ...model } = repository;
    return { ...whole, model: { ...model, ...fields, ref: sourceOf(ref).format(ref), files } };
  } catch (error) {
    if (error instanceof RmaError) return null;
    throw error;
  }
}

function recordKey(ref: ModelRef): string {
  const source = sourceOf(ref);
  return source.key?.(ref) ?? source.format(ref);
}

function keyOf({ source, ref }: PinnedModel): string | null {
  try {
    return recordKey(sourceOf({ source }).parse(ref));
  } catch {
    return null;
  }
}
