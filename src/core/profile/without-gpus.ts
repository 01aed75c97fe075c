import type { Catalog, Profile, ProfileVariant } from '../domain/profile.ts';
import { EXIT, RmaError } from '../errors.ts';

/**
 * Returns the catalog without GPUs: services that can run on the CPU do, variants with an engine that cannot are removed.
 * @param needed profiles that must keep at least one variant
 * @throws RmaError RMA_GPU_OFF exit 2 for a needed profile without one
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
    `profile ${profile} requires a GPU, but GPUs are disabled (gpu.enable: false)`,
    {
      exitCode: EXIT.usage,
      hint: 'enable GPUs: --enable-gpu true; or use another profile: rma up --profile cpu-worker',
      details: { profile },
    },
  );
}
