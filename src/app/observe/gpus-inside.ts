import { RmaError } from '../../core/errors.ts';
import { gpuFilesInside, lostAccess, uuidsInside, type VisibleGpus } from '../../core/gpu/visible-inside.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';

const TIMEOUT_MS = 20_000;

/** The GPUs that a running container sees; `lost`: it lost access to its GPUs; `timeout`: no response in time. */
export type GpusInside = VisibleGpus | { readonly how: 'lost' } | { readonly how: 'timeout' | 'unknown' };

/**
 * Returns the GPUs that a running container sees. With the hook and with CDI the driver mounts nvidia-smi; in an image without
 * its C library, which cannot run it, the device files are counted.
 */
export async function gpusInside(
  host: Pick<Host, 'docker'>,
  invocation: Pick<Invocation, 'signal'>,
  container: string,
): Promise<GpusInside> {
  const listed = await run(host, invocation, { container, argv: ['nvidia-smi', '-L'] });
  if (listed === 'timeout') return { how: 'timeout' };
  if (listed !== null) {
    if (lostAccess(listed.output)) return { how: 'lost' };
    if (!listed.missing) return { how: 'names', uuids: uuidsInside(listed.output) };
  }
  const files = await run(host, invocation, { container, argv: ['ls', '/dev'] });
  if (files === 'timeout') return { how: 'timeout' };
  if (files === null || files.missing) return { how: 'unknown' };
  return { how: 'count', count: gpuFilesInside(files.output) };
}

interface CommandResult {
  readonly output: string;
  /** the program does not exist in the container, or cannot be started */
  readonly missing: boolean;
}

/** Returns `timeout` when the command timed out, null when the container ended. */
async function run(
  { docker }: Pick<Host, 'docker'>,
  { signal }: Pick<Invocation, 'signal'>,
  { container, argv }: { readonly container: string; readonly argv: readonly string[] },
): Promise<CommandResult | 'timeout' | null> {
  try {
    const options = { timeoutMs: TIMEOUT_MS, signal };
    const { exitCode, stdout, stderr } = await docker.exec(container, argv, options);
    return { output: `${stdout}\n${stderr}`, missing: NOT_STARTED.has(exitCode) };
  } catch (error) {
    if (signal.aborted) throw error;
    return error instanceof RmaError && error.code === 'RMA_COMMAND_TIMEOUT' ? 'timeout' : null;
  }
}

/** Exit codes of `docker exec` for a program that is missing or cannot be started. */
const NOT_STARTED = new Set([126, 127]);
