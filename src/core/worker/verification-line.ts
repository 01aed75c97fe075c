import * as z from 'zod/mini';
import { type Fix, PROBLEM_KINDS, type Problem, type Verification } from '../domain/verification.ts';
import { EXIT, RmaError } from '../errors.ts';
import type { ByteProgress } from '../events.ts';
import { parseJson, type Schema } from '../schema/parse.ts';
import { text } from '../schema/rules.ts';
import { shell } from '../shell-quote.ts';
import { pinnedModelSchema } from '../source/pinned-model-schema.ts';
import { pinnedFileSchema } from '../store/pinned-file-schema.ts';
import type { RepairTask } from '../verify/repair-tasks.ts';

/** Input of `rma-worker verify` on stdin. */
export interface VerifyInput {
  readonly names: readonly string[];
  readonly deep: boolean;
  readonly maxRate: number | null;
  readonly reuse: boolean;
  readonly writes: boolean;
}

/** Input of `rma-worker repair` on stdin. */
export interface RepairInput {
  readonly tasks: readonly RepairTask[];
}

/** A line of `rma-worker verify`; the last one is the result. */
export type VerificationLine = { readonly progress: ByteProgress } | { readonly verification: Verification };

const verifyInput: Schema<VerifyInput> = z.object({
  names: z.array(text()),
  deep: z.boolean(),
  maxRate: z.nullable(z.number()),
  reuse: z.boolean(),
  writes: z.boolean(),
});

const fix: Schema<Fix> = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('fetch'),
    model: pinnedModelSchema,
    file: pinnedFileSchema,
    place: text(),
    link: z.nullable(text()),
    receipts: z.array(z.object({ receipt: text(), name: text() })),
    inPlace: z.boolean(),
    isSized: z.boolean(),
  }),
  z.object({ kind: z.literal('record'), text: z.nullable(z.string()) }),
]);

const range = z.tuple([z.number(), z.number()]);

const problem: Schema<Problem> = z.object({
  path: text(),
  kind: z.enum(PROBLEM_KINDS),
  text: text(),
  wrongPiece: z.optional(range),
  wrongPieces: z.optional(z.array(range)),
  reference: text(),
  fix: z.nullable(fix),
});

const task: Schema<RepairTask> = z.object({
  reference: text(),
  model: z.nullable(pinnedModelSchema),
  repairs: z.array(z.object({ problem, fix })),
});

const verification: Schema<Verification> = z.object({
  models: z.array(
    z.object({
      reference: text(),
      path: text(),
      state: z.enum(['correct', 'unverified', 'wrong']),
      files: z.number(),
      bytes: z.number(),
    }),
  ),
  problems: z.array(problem),
  files: z.number(),
  bytes: z.number(),
  unread: z.number(),
  withoutHash: z.number(),
  hashedBytes: z.number(),
  resumedBytes: z.number(),
});

const progress: Schema<ByteProgress> = z.object({
  doneBytes: z.number(),
  totalBytes: z.number(),
  bytesPerSecond: z.nullable(z.number()),
  etaSeconds: z.nullable(z.number()),
});

const line: Schema<VerificationLine> = z.union([z.object({ progress }), z.object({ verification })]);

/** Returns a line of JSON. */
export function formatVerificationLine(value: VerificationLine): string {
  return `${JSON.stringify(value)}\n`;
}

/** Parses a line of `rma-worker verify`. @throws RmaError RMA_WORKER_INCOMPATIBLE (1) */
export function readVerificationLine(json: string, image: string): VerificationLine {
  const parsed = parseJson(line, json);
  if (parsed.ok) return parsed.value;
  throw new RmaError(
    'RMA_WORKER_INCOMPATIBLE',
    `cannot read the verification that ${image} printed: ${parsed.faults.slice(0, 3).join('; ')}`,
    {
      hint: shell`the image belongs to another version of rma; rebuild it: docker image rm ${image}, then rma up`,
    },
  );
}

/** Parses the JSON text on stdin of `rma-worker verify`. @throws RmaError RMA_WORKER_REQUEST (2) */
export function readVerifyInput(json: string): VerifyInput {
  return read(
    verifyInput,
    json,
    '{"names": [], "deep": true, "maxRate": null, "reuse": false, "writes": true}',
  );
}

/** Parses the JSON text on stdin of `rma-worker repair`. @throws RmaError RMA_WORKER_REQUEST (2) */
export function readRepairInput(json: string): RepairInput {
  return read(z.object({ tasks: z.array(task) }), json, '{"tasks": []}, as rma models repair sends them');
}

function read<T>(schema: Schema<T>, json: string, form: string): T {
  const parsed = parseJson(schema, json);
  if (parsed.ok) return parsed.value;
  throw new RmaError('RMA_WORKER_REQUEST', `invalid request on stdin: ${parsed.faults.join('; ')}`, {
    exitCode: EXIT.usage,
    hint: `send ${form}`,
  });
}
