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
  const engine = config.engines.find((each) => each.service === service);
  if (engine === undefined) throw unknownService(config, service);
  const refs = new Set(engine.models.map(({ ref }) => ref));
  return config.models.filter(({ ref }) => refs.has(ref));
}

function unknownService({ worker, engines }: WorkerConfig, service: string): RmaError {
  const services = engines.map((each) => each.service);
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
