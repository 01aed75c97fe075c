import type { RmaConfig } from '../domain/config.ts';
import type { NotExported } from '../domain/not-exported.ts';
import { COORDINATOR_PORT } from '../domain/registration.ts';

interface GpuTarget {
  /** profiles whose files name GPUs, or request all of a machine */
  readonly namedGpus: readonly string[];
  /** who assigns the GPUs there */
  readonly assigned: string;
  /** what applies instead of `gpu.visible` */
  readonly visible: string;
}

/** Returns the settings of ports and addresses of one machine, which an export does not have. */
export function portsNotExported(
  { ports, bind, coordinator }: Pick<RmaConfig, 'ports' | 'bind' | 'coordinator'>,
  instead: string,
): readonly NotExported[] {
  const names = [...Object.keys(ports), ...(coordinator.port === COORDINATOR_PORT ? [] : ['coordinator'])];
  return [
    ...(names.length === 0 ? [] : [{ what: `published ports of ${names.join(', ')}`, instead }]),
    ...(bind === '127.0.0.1' ? [] : [{ what: `published address ${bind}`, instead }]),
  ];
}

/** Returns the settings that name GPUs of one machine, of which an export keeps only the number. */
export function gpusNotExported(
  { gpu, placement }: Pick<RmaConfig, 'gpu' | 'placement'>,
  { namedGpus, assigned, visible }: GpuTarget,
): readonly NotExported[] {
  const pins = Object.entries(gpu.pins).map(([name, gpus]) => `${name}: ${gpus.join('+')}`);
  const spanning = Object.keys(placement).filter((profile) => placement[profile]?.span !== undefined);
  const kept = `${assigned}; only their number is kept`;
  return [
    ...(pins.length === 0 ? [] : [{ what: `GPU pins (${pins.join(', ')})`, instead: kept }]),
    ...(namedGpus.length === 0
      ? []
      : [{ what: `GPUs in the files of ${namedGpus.join(', ')}`, instead: `${kept}, and 1 of \`all\`` }]),
    ...(gpu.visible === null
      ? []
      : [{ what: `gpu.visible (${gpu.visible.join(', ') || 'none'})`, instead: visible }]),
    ...spanning.map((profile) => ({
      what: `placement.${profile}.span`,
      instead: 'each service runs on one node',
    })),
  ];
}
