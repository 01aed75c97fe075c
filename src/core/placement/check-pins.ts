import type { Catalog } from '../domain/profile.ts';
import { EXIT, RmaError } from '../errors.ts';
import { unknownWord } from '../nearest.ts';
import { findProfile, selectServices } from '../profile/select-services.ts';
import type { ServiceNames } from '../profile/service-names.ts';

/**
 * Every pin of GPUs names a profile that is chosen, or a service that one of its variants has.
 * @throws RmaError RMA_GPU_PIN_UNKNOWN (2)
 */
export function checkPins(
  pins: Readonly<Record<string, unknown>>,
  catalog: Catalog,
  profiles: readonly string[],
  names: ServiceNames,
): void {
  if (Object.keys(pins).length === 0) return;
  const services = profiles.flatMap((profile) =>
    findProfile(catalog, profile).variants.flatMap((variant) =>
      selectServices(catalog, profiles, new Map([[profile, variant.name]]), names)
        .services.filter(({ gpus }) => gpus !== 0)
        .map(({ service }) => service),
    ),
  );
  const known = [...new Set([...profiles, ...services])].sort();
  const unknown = Object.keys(pins).find((name) => !known.includes(name));
  if (unknown === undefined) return;
  throw new RmaError(
    'RMA_GPU_PIN_UNKNOWN',
    `GPUs are given to ${unknownWord('profile or service', unknown, known)}`,
    {
      exitCode: EXIT.usage,
      hint: '--gpu NAME=GPU names a chosen profile, or one of its services on GPUs; in rma.yaml: gpu.pins',
      details: { name: unknown, known },
    },
  );
}
