import type { ContainerFacts } from '../../core/domain/container.ts';
import type { ErrorDocument } from '../../core/errors.ts';
import { EXIT } from '../../core/errors.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { gpusInside } from './gpus-inside.ts';

/**
 * Returns the running containers that lost their GPUs, by service, as an error with its fix: `systemctl daemon-reload` can
 * cause this on some hosts. Checks only containers with GPUs.
 */
export async function lostGpus(
  host: Pick<Host, 'docker'>,
  invocation: Pick<Invocation, 'signal'>,
  containers: readonly ContainerFacts[],
): Promise<ReadonlyMap<string, ErrorDocument>> {
  const candidates = containers.filter(({ state, gpus }) => state === 'running' && gpus.length > 0);
  const seen = await Promise.all(candidates.map(async ({ id }) => gpusInside(host, invocation, id)));
  const lost = candidates.filter((_, at) => seen[at]?.how === 'lost');
  return new Map(lost.map(({ service }) => [service, document(service)]));
}

function document(service: string): ErrorDocument {
  return {
    code: 'RMA_GPU_LOST',
    message: `${service} lost its GPUs: nvidia-smi fails with "Failed to initialize NVML"`,
    hint: 'restart it: rma up; if it happens again after systemctl daemon-reload: sudo nvidia-ctk system create-dev-char-symlinks --create-all, or use CDI',
    exitCode: EXIT.failed,
  };
}
