import type { PlacedServices } from '../../app/desired/place-services.ts';
import type { Plan } from '../../core/plan/plan-types.ts';
import type { JsonDocument } from '../define-command.ts';
import { placementDocument } from './placement-document.ts';

/** A plan as JSON, with what was placed on which GPUs of this machine. */
export function planDocument(
  { operations, checks, summary }: Plan,
  placed: PlacedServices,
  host: string,
): JsonDocument {
  return { schema: 'rma.plan/v1', ...placementDocument(placed, host), operations, checks, summary };
}
