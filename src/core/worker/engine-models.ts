import type { PinnedModel } from '../domain/pinned-model.ts';
import type { WorkerConfig } from '../domain/worker-config.ts';
import { EXIT, RmaError } from '../errors.ts';
import { unknownWord } from '../nearest.ts';

/**
 * Returns the models of one engine of a worker, or all of them without a service.
 * @throws RmaError RMA_WORKER_SERVICE exit 2 for a service that the worker does not have
 */
export function engineModels(config: WorkerConfig, service: string | null): readonly PinnedModel[] {
  if (service === null) return config.models;
  const services = refsByService(config);
  const refs = services.get(service);
  if (refs === undefined) throw unknownService(config.worker, service, [...services.keys()]);
  return config.models.filter(({ ref }) => refs.includes(ref));
}

function refsByService({ engines, programs = [] }: WorkerConfig): ReadonlyMap<string, readonly string[]> {
  return new Map([
    ...engines.map(({ service, models }) => [service, models.map(({ ref }) => ref)] as const),
    ...programs.map(({ service, models }) => [service, models] as const),
  ]);
}

function unknownService(worker: string, service: string, services: readonly string[]): RmaError {
  return new RmaError(
    'RMA_WORKER_SERVICE',
    `worker ${worker}: ${unknownWord('service', service, services)}`,
    {
      exitCode: EXIT.usage,
      hint: 'usage: rma-worker wait|pull [--service NAME] [CONFIG]',
    },
  );
}

/** Returns the engine service that arguments begin with (`--service NAME`), null for all, and the other arguments. */
export function serviceArgument(
  args: readonly string[],
): readonly [service: string | null, rest: readonly string[]] {
  const [first, name = '', ...rest] = args;
  return first === '--service' ? [name, rest] : [null, args];
}
