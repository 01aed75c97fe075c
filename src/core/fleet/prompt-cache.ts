const MIB = 2 ** 20;
/** llama-server's own default. */
const MAX_MIB = 8192;
/** Without a memory limit the host's RAM, which all services share, is the limit. */
const UNLIMITED_MIB = 1024;
/**
 * Part of the RAM besides the model's files. The rest is for the KV cache and the buffers of a service on the CPU, and for
 * one more state: llama-server adds a state before it drops old ones.
 */
const PART = 1 / 4;

/**
 * Returns how much RAM an engine may use for the states of earlier prompts, in MiB (`--cache-ram` of llama-server, where 0
 * disables the cache): a quarter of the container's memory limit less the model's files.
 */
export function promptCacheMiB(memoryLimitBytes: number | null, modelBytes: number): number {
  if (memoryLimitBytes === null) return UNLIMITED_MIB;
  const rest = Math.max(0, memoryLimitBytes - modelBytes);
  return Math.min(MAX_MIB, Math.floor((rest * PART) / MIB));
}
