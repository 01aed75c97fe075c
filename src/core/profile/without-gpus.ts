import type { Catalog, Profile, ProfileVariant } from '../domain/profile.ts';
import { EXIT, RmaError } from '../errors.ts';

/**
 * The catalog for a box whose GPUs are not to be used: services that can work on the CPU do, variants with an engine that
 * cannot are left out.
 * @param needed the profiles that must still have a variant
 * @throws RmaError RMA_GPU_OFF (2) for one that has none
 */
export function withoutGpus(catalog: Catalog, needed: readonly string[]): Catalog {
  const profiles = new Map<string, Profile>();
  for (const [name, profile] of catalog.profiles) {
    const [first, ...rest] = profile.variants.filter((variant) => canDoWithout(catalog, variant)).map(onCpu);
    if (first === undefined && needed.includes(name)) throw needsGpu(name);
    profiles.set(name, first === undefined ? profile : { ...profile, variants: [first, ...rest] });
  }
  return { ...catalog, profiles };
}

function canDoWithout({ engines }: Catalog, { services }: ProfileVariant): boolean {
  return services.every(({ engine }) => engines.get(engine)?.gpu !== 'required');
}

function onCpu(variant: ProfileVariant): ProfileVariant {
  return { ...variant, services: variant.services.map((service) => ({ ...service, gpus: 0 })) };
}

function needsGpu(profile: string): RmaError {
  return new RmaError(
    'RMA_GPU_OFF',
    `profile ${profile} works on GPUs only, and their use is switched off (gpu.enable: false)`,
    {
      exitCode: EXIT.usage,
      hint: 'allow them: --enable-gpu true; or choose another profile: rma up --profile cpu-worker',
      details: { profile },
    },
  );
}
