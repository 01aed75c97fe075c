import * as z from 'zod/mini';
import type { ExportedBundle, ImportedBundle } from '../domain/bundle.ts';
import type { ModelProgress } from '../domain/worker-status.ts';
import { EXIT, RmaError } from '../errors.ts';
import { parseJson, type Schema } from '../schema/parse.ts';
import { text, wholeNumber } from '../schema/rules.ts';
import { shell } from '../shell-quote.ts';
import { importOutcome } from './import-lines.ts';
import { modelProgress } from './read-worker-status.ts';

/** What `rma-worker export-bundle` and `rma-worker import-bundle` get on stdin. */
export interface BundleRequest {
  /** the bundle, in the container; `-` for a stream */
  readonly path: string;
  /** of an export: references of the models; none: all */
  readonly refs: readonly string[];
  /** of an export: the form of the bundle */
  readonly form: 'directory' | 'tar' | 'stdout';
  /** of an export: size of the parts of a tar file; null: one file */
  readonly splitBytes: number | null;
}

const request: Schema<BundleRequest> = z.object({
  path: text(),
  refs: z.array(text()),
  form: z.enum(['directory', 'tar', 'stdout']),
  splitBytes: z.nullable(wholeNumber(1)),
});

/** Parses the JSON text on stdin. @throws RmaError RMA_WORKER_REQUEST exit 2 */
export function readBundleRequest(json: string): BundleRequest {
  const parsed = parseJson(request, json);
  if (parsed.ok) return parsed.value;
  throw new RmaError('RMA_WORKER_REQUEST', `invalid request on stdin: ${parsed.faults.join('; ')}`, {
    exitCode: EXIT.usage,
    hint: 'send {"path": "/bundle/models", "refs": [], "form": "directory", "splitBytes": null}',
  });
}

/** A line of the two commands: progress, at the end the result. */
export type BundleLine =
  | { readonly progress: ModelProgress }
  | { readonly exported: ExportedBundle }
  | { readonly imported: ImportedBundle };

const exported: Schema<ExportedBundle> = z.object({
  models: z.array(z.object({ reference: text(), bytes: z.number(), files: z.number() })),
  contents: z.number(),
  bytes: z.number(),
  writtenBytes: z.number(),
  incomplete: z.array(z.string()),
  images: z.array(z.object({ reference: text(), bytes: z.number() })),
  files: z.array(z.string()),
});

const line: Schema<BundleLine> = z.union([
  z.object({ progress: modelProgress }),
  z.object({ exported }),
  z.object({ imported: z.object({ outcomes: z.array(importOutcome), skipped: z.array(z.string()) }) }),
]);

/** Returns a line for the output of the two commands. */
export function formatBundleLine(value: BundleLine): string {
  return `${JSON.stringify(value)}\n`;
}

/** Parses a line of the two commands. @throws RmaError RMA_WORKER_INCOMPATIBLE exit 1, for a worker image of another version */
export function readBundleLine(json: string, image: string): BundleLine {
  const parsed = parseJson(line, json);
  if (parsed.ok) return parsed.value;
  throw new RmaError(
    'RMA_WORKER_INCOMPATIBLE',
    `cannot read what ${image} printed: ${parsed.faults.slice(0, 3).join('; ')}`,
    {
      hint: shell`the image belongs to another version of rma; rebuild it: docker image rm ${image}, then rma up`,
    },
  );
}
