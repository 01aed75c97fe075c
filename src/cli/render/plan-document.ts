import type { Plan } from '../../core/plan/plan-types.ts';
import type { JsonDocument } from '../define-command.ts';

/** A plan as JSON. */
export function planDocument({ operations, checks, summary }: Plan): JsonDocument {
  return { schema: 'rma.plan/v1', operations, checks, summary };
}
