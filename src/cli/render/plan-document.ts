import type { PlannedUp } from '../../app/plan-up.ts';
import type { JsonDocument } from '../define-command.ts';
import { placementDocument } from './placement-document.ts';

/** A plan as JSON, with what was placed on which GPUs of this machine. */
export function planDocument(
  { plan, wanted }: Pick<PlannedUp, 'plan' | 'wanted'>,
  host: string,
): JsonDocument {
  const { operations, checks, summary } = plan;
  return { schema: 'rma.plan/v1', ...placementDocument(wanted.placed, host), operations, checks, summary };
}
