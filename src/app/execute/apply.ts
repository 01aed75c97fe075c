import type { RmaConfig } from '../../core/domain/config.ts';
import type { FetchModel, Operation } from '../../core/plan/operation.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import type { Wanted } from '../desired/make-desired.ts';
import { writeSecret } from '../desired/secrets.ts';
import { step } from '../desired/step.ts';
import { throwIfFailed } from '../observe/worker-status.ts';
import type { ApplyRequest } from './apply-request.ts';
import { applyServices } from './apply-services.ts';
import { fetchInContainer } from './fetch-in-container.ts';
import { prepareCacheFolder, prepareHostFolder } from './prepare-host-folder.ts';

const PUBLIC_FILE = 0o644;

/** Does what the plan says and decides nothing: everything but the services in the plan's order, then the services. */
export async function apply(
  host: Pick<Host, 'engine' | 'docker' | 'files' | 'caller'>,
  invocation: Pick<Invocation, 'workerImage' | 'clock' | 'reporter' | 'signal' | 'environment'>,
  { config, wanted, operations, waitSeconds }: ApplyRequest,
): Promise<void> {
  await prepareHostFolder(host, wanted.access);
  if (wanted.selection.services.some(({ engine }) => engine.cachePath !== null)) {
    await prepareCacheFolder(host, config, wanted.access.owner);
  }
  const beside = operations.filter(isFetchBeside);
  for (const operation of operations) {
    if (operation === beside[0]) await fetchBeside(host, invocation, config, wanted, beside);
    else await applyOne(host, invocation, config, wanted, operation);
  }
  await applyServices(host, invocation, {
    config,
    wanted,
    operations,
    waitSeconds,
  });
}

function isFetchBeside(operation: Operation): operation is FetchModel {
  return operation.kind === 'fetch-model' && operation.by === 'one-off';
}

async function applyOne(
  host: Pick<Host, 'engine' | 'docker' | 'files'>,
  invocation: Pick<Invocation, 'workerImage' | 'reporter' | 'signal'>,
  config: RmaConfig,
  wanted: Wanted,
  operation: Operation,
): Promise<void> {
  switch (operation.kind) {
    case 'write-file': {
      const content = wanted.desired.files.get(operation.path) ?? '';
      await host.files.write(operation.path, content, PUBLIC_FILE);
      break;
    }
    case 'write-secret':
      await writeSecret(host, config, {
        name: operation.name,
        value: wanted.secrets.get(operation.name) ?? '',
      });
      break;
    case 'build-image':
      await step(invocation, 'building the worker image', () =>
        host.docker.build(operation.tag, invocation.workerImage.context, operation.base, invocation.signal),
      );
      break;
    case 'pull-image':
      await step(invocation, `pulling ${operation.image}`, () =>
        host.docker.pull(operation.image, invocation.signal),
      );
      break;
    case 'create-volume':
      await host.engine.createVolume(operation.name, operation);
      break;
    default:
      break; // services come after; a fetch by the worker is what its start does
  }
}

async function fetchBeside(
  host: Pick<Host, 'docker' | 'files'>,
  invocation: Pick<Invocation, 'reporter' | 'signal' | 'environment'>,
  config: RmaConfig,
  wanted: Wanted,
  operations: readonly FetchModel[],
): Promise<void> {
  const refs = new Set(operations.map(({ ref }) => ref));
  const models = [...wanted.desired.models.values()].filter(({ ref }) => refs.has(ref));
  throwIfFailed(await fetchInContainer(host, invocation, { config, access: wanted.access, models }));
}
