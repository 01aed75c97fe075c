import type { GpuSettings } from '../domain/config.ts';
import type { Catalog } from '../domain/profile.ts';
import { EXIT, RmaError } from '../errors.ts';
import { unknownWord } from '../nearest.ts';
import { findProfile, selectServices } from '../profile/select-services.ts';
import type { ServiceNames } from '../profile/service-names.ts';

export interface PinRequest {
  readonly pins: GpuSettings['pins'];
  readonly catalog: Catalog;
  /** chosen ones */
  readonly profiles: readonly string[];
  readonly names: ServiceNames;
}

/**
 * Checks that each pin names a chosen profile, or a GPU service of one of its variants.
 * @throws RmaError RMA_GPU_PIN_UNKNOWN (2)
 */
export function checkPins({ pins, catalog, profiles, names }: PinRequest): void {
  if (Object.keys(pins).length === 0) return;
  const services = profiles.flatMap((profile) =>
    findProfile(catalog, profile).variants.flatMap((variant) =>
      selectServices(catalog, profiles, { variants: new Map([[profile, variant.name]]), names })
        .services.filter(({ gpus }) => gpus !== 0)
        .map(({ service }) => service),
    ),
  );
  const known = [...new Set([...profiles, ...services])].sort();
  const unknown = Object.keys(pins).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new RmaError(
    'RMA_GPU_PIN_UNKNOWN',
    `gpu.pins: ${unknownWord('profile or service', unknown, known)}`,
    {
      exitCode: EXIT.usage,
      hint: 'name a chosen profile or one of its GPU services: --gpu NAME=GPU, or gpu.pins in rma.yaml',
      details: { name: unknown, known },
    },
  );
}
