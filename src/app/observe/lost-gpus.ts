import type { ContainerFacts } from '../../core/domain/container.ts';
import type { ErrorDocument } from '../../core/errors.ts';
import { EXIT } from '../../core/errors.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { gpusInside } from './gpus-inside.ts';

/**
 * Running containers whose GPUs were taken from them while they run, as `systemctl daemon-reload` does on some hosts: by
 * service, with the way out. Asks only containers that were given GPUs.
 */
export async function lostGpus(
  host: Pick<Host, 'docker'>,
  invocation: Pick<Invocation, 'signal'>,
  containers: readonly ContainerFacts[],
): Promise<ReadonlyMap<string, ErrorDocument>> {
  const asked = containers.filter(({ state, gpus }) => state === 'running' && gpus.length > 0);
  const seen = await Promise.all(asked.map(async ({ id }) => gpusInside(host, invocation, id)));
  const lost = asked.filter((_, at) => seen[at]?.how === 'lost');
  return new Map(lost.map(({ service }) => [service, document(service)]));
}

function document(service: string): ErrorDocument {
  return {
    code: 'RMA_GPU_LOST',
    message: `${service} lost its GPUs: its driver says "Failed to initialize NVML"`,
    hint: 'restart it: rma up; if it happens again after systemctl daemon-reload: sudo nvidia-ctk system create-dev-char-symlinks --create-all, or use CDI',
    exitCode: EXIT.failed,
  };
}
