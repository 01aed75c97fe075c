import * as z from 'zod/mini';
import type { PrunePolicy } from '../cache/policy.ts';
import { policySchema } from '../cache/policy-schema.ts';
import { EXIT, RmaError } from '../errors.ts';
import type { RunIdentity } from '../schedule/scheduled-run.ts';
import { parseJson, type Schema } from '../schema/parse.ts';
import { text } from '../schema/rules.ts';

/** Input of `rma-worker scheduled` on stdin: prune once, and record the result. */
export interface RunRequest extends RunIdentity {
  readonly policy: PrunePolicy;
}

/** The argument of `rma-worker schedule`: prune on a schedule until the container is stopped. */
export interface ScheduleRequest extends RunRequest {
  /** five fields */
  readonly every: string;
  /** IANA name of the time zone of the machine that installed it */
  readonly timeZone: string;
}

const run = { name: text(), host: text(), policy: policySchema };
const runRequest: Schema<RunRequest> = z.object(run);
const scheduleRequest: Schema<ScheduleRequest> = z.object({ ...run, every: text(), timeZone: text() });

/** Parses the stdin of `rma-worker scheduled`. @throws RmaError RMA_WORKER_REQUEST (2) */
export function readRunRequest(json: string): RunRequest {
  return read(runRequest, json);
}

/** Parses the argument of `rma-worker schedule`. @throws RmaError RMA_WORKER_REQUEST (2) */
export function readScheduleRequest(json: string): ScheduleRequest {
  return read(scheduleRequest, json);
}

function read<T>(schema: Schema<T>, json: string): T {
  const parsed = parseJson(schema, json);
  if (parsed.ok) return parsed.value;
  throw new RmaError('RMA_WORKER_REQUEST', `invalid request: ${parsed.faults.join('; ')}`, {
    exitCode: EXIT.usage,
    hint: 'rma cache schedule install writes the request',
  });
}
