import * as z from 'zod/mini';
import { EXIT, RmaError } from '../errors.ts';
import { parseJson, type Schema } from '../schema/parse.ts';
import { text } from '../schema/rules.ts';
import { shell } from '../shell-quote.ts';
import type { CacheEntry } from './cache-entries.ts';
import type { CacheReport, CacheUsage } from './cache-report.ts';
import type { MarkedItem } from './cache-view.ts';
import type { PlannedEntry } from './plan-prune.ts';
import type { PrunePreview } from './plan-sweep.ts';
import type { PrunePolicy } from './policy.ts';
import { policySchema } from './policy-schema.ts';
import type { CacheFailure, PruneResult, UndoResult } from './prune-result.ts';

const kind = z.enum(['model', 'partial', 'orphan', 'quarantine']);

const entry: Schema<CacheEntry> = z.object({
  kind,
  name: text(),
  path: text(),
  source: z.nullable(text()),
  refs: z.array(text()),
  files: z.number(),
  bytes: z.number(),
  diskBytes: z.number(),
  lastUsedAt: z.nullable(text()),
  modifiedAt: z.nullable(text()),
  kept: z.nullable(text()),
});

const marked: Schema<MarkedItem> = z.object({
  id: text(),
  name: text(),
  markedAt: text(),
  bytes: z.number(),
  diskBytes: z.number(),
  linkedBytes: z.number(),
});

const usage: Schema<CacheUsage> = z.object({
  type: text(),
  count: z.number(),
  diskBytes: z.number(),
  reclaimableBytes: z.number(),
});

/** The output of `rma-worker cache` for a report. */
export const reportSchema: Schema<CacheReport> = z.object({
  entries: z.array(entry),
  marked: z.array(marked),
  usage: z.array(usage),
  denied: z.array(text()),
  diskBytes: z.number(),
  freeBytes: z.number(),
  capacityBytes: z.number(),
});

const planned: Schema<PlannedEntry> = z.object({
  kind,
  name: text(),
  path: text(),
  source: z.nullable(text()),
  lease: z.nullable(text()),
  commit: z.nullable(text()),
  references: z.array(text()),
  reason: text(),
  bytes: z.number(),
  diskBytes: z.number(),
  linkedBytes: z.number(),
  lastUsedAt: z.nullable(text()),
  names: z.array(text()),
  contents: z.array(text()),
  uses: z.array(text()),
  records: z.array(text()),
});

/** The output of `rma-worker cache` for a preview. */
export const previewSchema: Schema<PrunePreview> = z.object({
  plan: z.object({
    entries: z.array(planned),
    diskBytes: z.number(),
    unmet: z.array(text()),
    recent: z.exactOptional(z.number()),
  }),
  restored: z.array(marked),
  due: z.array(marked),
  reused: z.number(),
  denied: z.exactOptional(z.array(text())),
});

const failure: Schema<CacheFailure> = z.object({ name: text(), message: text() });

/** The output of `rma-worker prune`. */
export const pruneResultSchema: Schema<PruneResult> = z.object({
  marked: z.array(marked),
  deleted: z.array(marked),
  restored: z.array(marked),
  failed: z.array(failure),
  unmet: z.array(text()),
  recent: z.exactOptional(z.number()),
  denied: z.exactOptional(z.array(text())),
});

/** The output of `rma-worker undo`. */
export const undoResultSchema: Schema<UndoResult> = z.object({
  restored: z.array(marked),
  failed: z.array(failure),
});

/** The output of `rma-worker pin`. */
export const pinChangesSchema: Schema<readonly { readonly model: string; readonly isChanged: boolean }[]> =
  z.array(z.object({ model: text(), isChanged: z.boolean() }));

/** Input of `rma-worker pin`: references or paths. */
export interface PinRequest {
  readonly models: readonly string[];
  readonly pinned: boolean;
}

const pinRequest: Schema<PinRequest> = z.object({ models: z.array(text()), pinned: z.boolean() });

/** Parses the stdin of `rma-worker pin`. @throws RmaError RMA_WORKER_REQUEST exit 2 */
export function readPinRequest(json: string): PinRequest {
  return readRequest(pinRequest, json);
}

/** Input of `rma-worker forget`: workers that will not run again. */
export interface ForgetRequest {
  readonly host: string;
  readonly project: string;
  /** null: all of the project */
  readonly profiles: readonly string[] | null;
}

const forgetRequest: Schema<ForgetRequest> = z.object({
  host: text(),
  project: text(),
  profiles: z.nullable(z.array(text())),
});

/** Parses the stdin of `rma-worker forget`. @throws RmaError RMA_WORKER_REQUEST exit 2 */
export function readForgetRequest(json: string): ForgetRequest {
  return readRequest(forgetRequest, json);
}

/** The output of `rma-worker forget`: profiles whose records were removed. */
export const forgottenSchema: Schema<readonly string[]> = z.array(text());

/** Input of `rma-worker undo`: IDs, references or paths; all without names. */
export interface UndoRequest {
  readonly names: readonly string[];
}

const undoRequest: Schema<UndoRequest> = z.object({ names: z.array(text()) });

/** Parses the stdin of `rma-worker undo`. @throws RmaError RMA_WORKER_REQUEST exit 2 */
export function readUndoRequest(json: string): UndoRequest {
  return readRequest(undoRequest, json);
}

/** Parses the stdin of `rma-worker prune`: a policy. @throws RmaError RMA_WORKER_REQUEST exit 2 */
export function readPolicy(json: string): PrunePolicy {
  return readRequest(policySchema, json);
}

/** Input of `rma-worker cache`: a report, or what prune would do by a policy. */
export interface CacheRequest {
  readonly preview: PrunePolicy | null;
}

const cacheRequest: Schema<CacheRequest> = z.object({ preview: z.nullable(policySchema) });

/** Parses the stdin of `rma-worker cache`. @throws RmaError RMA_WORKER_REQUEST exit 2 */
export function readCacheRequest(json: string): CacheRequest {
  return readRequest(cacheRequest, json);
}

/** Parses the stdin of a command of the worker. @throws RmaError RMA_WORKER_REQUEST exit 2, with every fault and its place */
function readRequest<T>(schema: Schema<T>, json: string): T {
  const parsed = parseJson(schema, json);
  if (parsed.ok) return parsed.value;
  throw new RmaError('RMA_WORKER_REQUEST', `invalid request on stdin: ${parsed.faults.join('; ')}`, {
    exitCode: EXIT.usage,
    hint: 'send the request as JSON, as rma of the same version does',
  });
}

/** Parses the output of a cache command of the worker. @throws RmaError RMA_WORKER_INCOMPATIBLE (1) */
export function readCacheOutput<T>(schema: Schema<T>, json: string, image: string): T {
  const parsed = parseJson(schema, json);
  if (parsed.ok) return parsed.value;
  throw new RmaError(
    'RMA_WORKER_INCOMPATIBLE',
    `cannot parse the output of ${image}: ${parsed.faults.slice(0, 3).join('; ')}`,
    {
      hint: shell`the image belongs to another version of rma; rebuild it: docker image rm ${image}, then rma up`,
    },
  );
}
