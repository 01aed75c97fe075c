import type { Reading } from './readings.ts';

/** `-L`: GPUs and, below each, its MIG devices. */
export function listGpus(all: readonly Reading[]): string {
  return all
    .flatMap(({ gpu, index, mig }) =>
      gpu.lost === undefined
        ? [
            `GPU ${index}: ${gpu.name} (UUID: ${gpu.uuid})`,
            ...mig.map(
              ({ shape, index: at }) =>
                `  MIG ${shape.profile.padEnd(11)} Device  ${at}: (UUID: ${shape.uuid})`,
            ),
          ]
        : [lostLine(gpu.busId)],
    )
    .map((line) => `${line}\n`)
    .join('');
}

export function lostLine(busId: string): string {
  return `Unable to determine the device handle for GPU${busId.slice(4)}: GPU is lost.  Reboot the system to recover this GPU`;
}
