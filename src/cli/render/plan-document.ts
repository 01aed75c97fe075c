import type { PlacedServices } from '../../app/desired/place-services.ts';
import type { Plan } from '../../core/plan/plan-types.ts';
import type { JsonDocument } from '../define-command.ts';
import { placementDocument } from './placement-document.ts';

/** Returns a plan as JSON, with the GPU placement. */
export function planDocument(
  { operations, checks, summary }: Plan,
  placed: PlacedServices,
  host: string,
): JsonDocument {
  return { schema: 'rma.plan/v1', ...placementDocument(placed, host), operations, checks, summary };
}
