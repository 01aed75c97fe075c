import * as z from 'zod/mini';
import type { Registration } from '../domain/registration.ts';
import type { Schema } from '../schema/parse.ts';
import { matching } from '../schema/rules.ts';

/** IDs and hosts contain no slash, so that `<host>/<id>` in a token is unambiguous. */
export const workerName = matching(
  /^\w[\w.-]{0,127}$/,
  'letters, digits, dots, dashes and underscores (at most 128)',
);
const short = matching(/^[^\p{Cc}]{1,512}$/u, 'a string of at most 512 characters');

/** Body of a registration and of a heartbeat. */
export const registrationSchema: Schema<Registration> = z.object({
  schema: z.literal('rma.worker/v1'),
  id: workerName,
  host: workerName,
  project: short,
  profile: short,
  state: z.enum(['ready', 'degraded', 'draining']),
  models: z.array(
    z.object({
      name: short,
      ref: short,
      engine: short,
      service: short,
      endpoint: matching(/^https?:\/\/[^\s\p{Cc}]{1,500}$/u, 'an http or https URL'),
    }),
  ),
  startedAt: matching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/, 'an RFC 3339 time in UTC'),
});
