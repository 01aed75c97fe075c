import type { PlacedServices } from '../../app/desired/place-services.ts';
import { needBytes } from '../../core/estimate/need.ts';

/** Returns the GPU placement and its reasons as JSON. Sizes in bytes; needs are totals, reservations are per GPU. */
export function placementDocument(
  { placed, selection }: PlacedServices,
  host: string,
): Readonly<Record<string, unknown>> {
  return {
    variants: Object.fromEntries(placed.variants),
    placements: placed.services.map(({ service, devices, bytesPerGpu, need, exclusive }) => {
      const reason = placed.reasons.find((each) => each.service === service);
      return {
        service,
        profile: selection.services.find((each) => each.service === service)?.profile ?? null,
        variant: reason?.variant ?? null,
        host,
        gpus: devices.map(({ uuid }) => uuid),
        exclusive,
        needBytes: need === null ? null : needBytes(need),
        promisedBytes: bytesPerGpu,
        breakdown: need === null ? null : breakdown(need),
        reason: reason?.taken ?? null,
        rejected: (reason?.refused ?? []).map(({ uuid, why }) => ({ gpu: uuid, why })),
      };
    }),
    rejectedVariants: placed.refusedVariants,
  };
}

function breakdown(need: NonNullable<PlacedServices['placed']['services'][number]['need']>) {
  const { weightsBytes: weights, kvBytes: kv, overheadBytes: overhead, basis } = need;
  return { weights, kv, overhead, basis };
}
