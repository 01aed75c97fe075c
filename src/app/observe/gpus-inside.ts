import { gpuFilesInside, lostAccess, uuidsInside, type VisibleGpus } from '../../core/gpu/visible-inside.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';

const ASK_MS = 20_000;

/** The driver is asked for the GPUs that a running container sees; `lost`: it had some and they were taken from it. */
export type GpusInside = VisibleGpus | { readonly how: 'lost' } | { readonly how: 'unknown' };

/** On the hook path as on the CDI path the driver brings nvidia-smi along; an image without its C library cannot run it. */
export async function gpusInside(
  host: Pick<Host, 'docker'>,
  invocation: Pick<Invocation, 'signal'>,
  container: string,
): Promise<GpusInside> {
  const told = await run(host, invocation, container, ['nvidia-smi', '-L']);
  if (told !== null) {
    if (lostAccess(told.output)) return { how: 'lost' };
    if (!told.missing) return { how: 'names', uuids: uuidsInside(told.output) };
  }
  const files = await run(host, invocation, container, ['ls', '/dev']);
  if (files === null || files.missing) return { how: 'unknown' };
  return { how: 'count', count: gpuFilesInside(files.output) };
}

interface Ran {
  readonly output: string;
  /** there is no such program */
  readonly missing: boolean;
}

/** null when it hung, or the container went away. */
async function run(
  host: Pick<Host, 'docker'>,
  invocation: Pick<Invocation, 'signal'>,
  container: string,
  argv: readonly string[],
): Promise<Ran | null> {
  try {
    const { exitCode, stdout, stderr } = await host.docker.exec(container, argv, {
      timeoutMs: ASK_MS,
      signal: invocation.signal,
    });
    return { output: `${stdout}\n${stderr}`, missing: NOT_RUN.has(exitCode) };
  } catch (error) {
    if (invocation.signal.aborted) throw error;
    return null;
  }
}

/** Exit codes of `docker exec` for a program that is not there, or cannot be started. */
const NOT_RUN = new Set([126, 127]);
