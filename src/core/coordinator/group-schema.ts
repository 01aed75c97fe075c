import * as z from 'zod/mini';
import type { GroupReport } from '../domain/group.ts';
import type { Schema } from '../schema/parse.ts';
import { wholeNumber } from '../schema/rules.ts';
import { workerName } from './registration-schema.ts';

/** Most hosts of a group. */
const MAX_NODES = 64;

/** Body of the report of a worker in a group. */
export const groupReportSchema: Schema<GroupReport> = z.object({
  schema: z.literal('rma.group/v1'),
  id: workerName,
  host: workerName,
  nodes: wholeNumber(2, MAX_NODES),
  seen: wholeNumber(0),
  running: wholeNumber(0),
  ended: wholeNumber(0),
});
