import type { GpuSettings, HostConfig } from '../domain/config.ts';
import { sizeText } from './size-text.ts';
import { volumeText } from './volume-text.ts';

type HostValues = Readonly<Record<string, unknown>>;

/** Returns hosts as rma.yaml writes them. */
export function hostValues(
  hosts: Readonly<Record<string, HostConfig>>,
): Readonly<Record<string, HostValues>> {
  return Object.fromEntries(Object.entries(hosts).map(([name, host]) => [name, valuesOf(host)]));
}

/** Returns the GPUs; all is the default, none is `none`. */
export function visibleText(visible: GpuSettings['visible']): readonly string[] | null {
  if (visible === null) return null;
  return visible.length === 0 ? ['none'] : visible;
}

function valuesOf({ address, labels, bind, interconnect, volumes, gpu }: HostConfig): HostValues {
  const { store, cache } = volumes ?? {};
  return present({
    address: address ?? undefined,
    labels,
    bind,
    interconnect,
    volumes: section({ store: store && volumeText(store), cache: cache && volumeText(cache) }),
    gpu: section({
      visible: gpu?.visible === undefined ? undefined : (visibleText(gpu.visible) ?? ['all']),
      reserve: gpu?.reserveBytes === undefined ? undefined : sizeText(gpu.reserveBytes),
    }),
  });
}

function section(values: HostValues): HostValues | undefined {
  const set = present(values);
  return Object.keys(set).length === 0 ? undefined : set;
}

function present(values: HostValues): HostValues {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined));
}
