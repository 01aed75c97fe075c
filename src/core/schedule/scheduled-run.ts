import * as z from 'zod/mini';
import { type ErrorDocument, EXIT, RmaError } from '../errors.ts';
import { jsonOrNull, parseJson, type Schema } from '../schema/parse.ts';
import { text } from '../schema/rules.ts';

/** The result of one scheduled run, as the store keeps it. */
export interface ScheduledRun {
  readonly schema: 'rma.cache-run/v1';
  /** name of the schedule */
  readonly name: string;
  /** machine of the schedule */
  readonly host: string;
  /** ISO 8601, UTC */
  readonly startedAt: string;
  readonly endedAt: string;
  /** what was done, one line; null: nothing had to be done */
  readonly summary: string | null;
  /** why it failed; null: it succeeded */
  readonly error: ErrorDocument | null;
}

/** Which schedule runs, and on which machine. */
export type RunIdentity = Pick<ScheduledRun, 'name' | 'host'>;

const errorDocument: Schema<ErrorDocument> = z.pipe(
  z.object({
    code: z.string().check(z.regex(/^RMA_[A-Z_]+$/)),
    message: z.string(),
    hint: z.optional(z.string()),
    exitCode: z.int(),
  }),
  z.transform((value) => value as ErrorDocument),
);

const scheduledRun: Schema<ScheduledRun> = z.object({
  schema: z.literal('rma.cache-run/v1'),
  name: text(),
  host: text(),
  startedAt: text(),
  endedAt: text(),
  summary: z.nullable(z.string()),
  error: z.nullable(errorDocument),
});

const identity: Schema<RunIdentity> = z.object({ name: text(), host: text() });

/** Returns the file name of the record of a schedule. Names of schedules have no dot, so the names of machines never collide. */
export function runFileName({ host, name }: RunIdentity): string {
  return `${host.replaceAll(/[^\w.-]/g, '_')}.${name}.json`;
}

/** Returns the record as JSON text with a line break. */
export function formatRun(run: ScheduledRun): string {
  return `${JSON.stringify(run)}\n`;
}

/** Parses a record; null for anything else. */
export function parseRun(json: string): ScheduledRun | null {
  return jsonOrNull(scheduledRun, json);
}

/** Parses the identity on stdin of a command of the worker. @throws RmaError RMA_WORKER_REQUEST (2) */
export function readRunIdentity(json: string): RunIdentity {
  const parsed = parseJson(identity, json);
  if (parsed.ok) return parsed.value;
  throw new RmaError('RMA_WORKER_REQUEST', `invalid request on stdin: ${parsed.faults.join('; ')}`, {
    exitCode: EXIT.usage,
    hint: 'send {"name": "rma-cache-demo", "host": "box"}',
  });
}
