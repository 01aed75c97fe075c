import type { HostReport } from '../../core/domain/host-facts.ts';
import { formatBytes } from '../../core/units.ts';
import type { Theme } from './theme.ts';

/** Returns the line about the machine that runs the containers; unknown values are omitted. */
export function renderHost({ name, memory, storeFreeBytes }: HostReport, { dim }: Theme): string {
  const parts = [
    ...(memory === null
      ? []
      : [`${formatBytes(memory.totalBytes)} of RAM, ${formatBytes(memory.availableBytes)} available`]),
    ...(storeFreeBytes === null ? [] : [`${formatBytes(storeFreeBytes)} free for models`]),
  ];
  return [`host ${name}`, ...(parts.length === 0 ? [] : [dim(parts.join('; '))])].join('  ');
}
