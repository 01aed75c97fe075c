import * as z from 'zod/mini';
import { parseJson } from '../schema/parse.ts';

const unresponsive = z.object({ code: z.literal('RMA_WORKER_UNRESPONSIVE'), message: z.string() });

/** Returns the message of a failed `rma-worker status --json` whose worker hangs; null for any other failure. */
export function hangReason(stderr: string): string | null {
  const fault = parseJson(unresponsive, stderr.trim().split('\n').at(-1) ?? '');
  return fault.ok ? fault.value.message : null;
}
