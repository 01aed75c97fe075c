import * as z from 'zod/mini';
import { IMPORT_KINDS, type ImportModel, type ImportOutcome } from '../domain/import.ts';
import type { ModelProgress } from '../domain/worker-status.ts';
import { EXIT, RmaError } from '../errors.ts';
import { parseJson, type Schema } from '../schema/parse.ts';
import { text, textWithout, wholeNumber } from '../schema/rules.ts';
import { shell } from '../shell-quote.ts';
import { pinnedModelSchema } from '../source/pinned-model-schema.ts';
import { pinnedFileSchema } from '../store/pinned-file-schema.ts';
import { pathFault } from '../store/safe-path.ts';
import { errorDocument, modelProgress } from './read-worker-status.ts';

const importModel: Schema<ImportModel> = z.object({
  kind: z.enum(IMPORT_KINDS),
  directory: text(),
  model: pinnedModelSchema,
  files: z.array(z.object({ path: text(), from: textWithout(pathFault, 'a path inside the directory') })),
  whole: z.boolean(),
  listing: z.array(pinnedFileSchema),
});

const request = z.object({ models: z.array(importModel) });

/** Parses the input of `rma-worker import` on stdin. @throws RmaError RMA_WORKER_REQUEST exit 2, with every fault and its place */
export function readImportRequest(json: string): readonly ImportModel[] {
  const parsed = parseJson(request, json);
  if (parsed.ok) return parsed.value.models;
  throw new RmaError(
    'RMA_WORKER_REQUEST',
    `invalid request on stdin: ${parsed.faults.slice(0, 3).join('; ')}`,
    {
      exitCode: EXIT.usage,
      hint: 'send {"models": [...]} with the models that rma models import found',
    },
  );
}

const placed = z.object({ hardLinked: wholeNumber(0), reflinked: wholeNumber(0), copied: wholeNumber(0) });

/** The outcome of an import, as JSON carries it. */
export const importOutcome: Schema<ImportOutcome> = z.object({
  ref: text(),
  state: z.enum(['imported', 'present', 'failed']),
  placed,
  error: z.nullable(errorDocument),
});

/** A line that `rma-worker import` prints: the progress of a model, at the end the outcomes of all. */
export type ImportLine =
  | { readonly progress: ModelProgress }
  | { readonly outcomes: readonly ImportOutcome[] };

const importLine: Schema<ImportLine> = z.union([
  z.object({ progress: modelProgress }),
  z.object({ outcomes: z.array(importOutcome) }),
]);

/** Returns a line for the output of `rma-worker import`. */
export function formatImportLine(line: ImportLine): string {
  return `${JSON.stringify(line)}\n`;
}

/** Parses a line of `rma-worker import`. @throws RmaError RMA_WORKER_INCOMPATIBLE exit 1, for a worker image of another version */
export function readImportLine(json: string, image: string): ImportLine {
  const parsed = parseJson(importLine, json);
  if (parsed.ok) return parsed.value;
  throw new RmaError(
    'RMA_WORKER_INCOMPATIBLE',
    `cannot parse the output of ${image}: ${parsed.faults.slice(0, 3).join('; ')}`,
    {
      hint: shell`the image belongs to another version of rma; rebuild it: docker image rm ${image}, then rma up`,
    },
  );
}
