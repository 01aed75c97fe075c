import type { MachineMemory } from './complete-reading.ts';

/** Parses `/proc/meminfo` (proc(5)); null if a size is missing. */
export function readMeminfo(text: string): MachineMemory | null {
  const totalBytes = sizeOf(text, 'MemTotal');
  const availableBytes = sizeOf(text, 'MemAvailable');
  return totalBytes === null || availableBytes === null ? null : { totalBytes, availableBytes };
}

function sizeOf(text: string, name: string): number | null {
  const match = new RegExp(`^${name}:\\s+(\\d{1,12}) kB$`, 'm').exec(text);
  return match === null ? null : Number(match[1]) * 1024;
}
