import * as z from 'zod/mini';
import type { GroupState } from '../domain/group.ts';
import type { RmaError } from '../errors.ts';
import { jsonOrNull, type Schema } from '../schema/parse.ts';
import { wholeNumber } from '../schema/rules.ts';
import { type CoordinatorReply, coordinatorAnswer } from './coordinator-answer.ts';

const groupState: Schema<GroupState> = z.object({
  generation: wholeNumber(0),
  present: z.array(wholeNumber(0)),
  running: z.array(wholeNumber(0)),
  stale: z.array(wholeNumber(0)),
});

/** A parsed response of a coordinator to the report of a worker in a group. */
export type GroupAnswer =
  | { readonly kind: 'state'; readonly state: GroupState }
  /** retry later */
  | { readonly kind: 'unavailable'; readonly reason: string }
  /** a retry does not help */
  | { readonly kind: 'refused'; readonly error: RmaError };

/** Parses a coordinator's reply to `PUT /v1/groups/{name}/{rank}`. */
export function groupAnswer(reply: CoordinatorReply): GroupAnswer {
  const answer = coordinatorAnswer(reply);
  if (answer.kind === 'refused' || answer.kind === 'unavailable') return answer;
  const state = answer.kind === 'accepted' ? jsonOrNull(groupState, reply.body) : null;
  if (state !== null) return { kind: 'state', state };
  return { kind: 'unavailable', reason: `coordinator ${reply.url} does not support groups` };
}
