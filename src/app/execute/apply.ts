import type { RmaConfig } from '../../core/domain/config.ts';
import type { FetchModel, Operation, ServiceOperation } from '../../core/plan/operation.ts';
import type { Box } from '../../ports/box.ts';
import type { Wanted } from '../desired/make-desired.ts';
import { writeSecret } from '../desired/secrets.ts';
import { step } from '../desired/step.ts';
import { throwIfFailed } from '../observe/worker-status.ts';
import { applyServices } from './apply-services.ts';
import { fetchInContainer } from './fetch-in-container.ts';
import { prepareCacheFolder, prepareHostFolder } from './prepare-host-folder.ts';

const PUBLIC_FILE = 0o644;

/** Does what the plan says and decides nothing: everything but the services in the plan's order, then the services. */
export async function apply(
  box: Box,
  config: RmaConfig,
  wanted: Wanted,
  operations: readonly Operation[],
  waitSeconds: number,
): Promise<void> {
  await prepareHostFolder(box, wanted.access);
  if (wanted.selection.services.some(({ engine }) => engine.cachePath !== null)) {
    await prepareCacheFolder(box, config, wanted.access.owner);
  }
  const beside = operations.filter(isFetchBeside);
  for (const operation of operations) {
    if (operation === beside[0]) await fetchBeside(box, config, wanted, beside);
    else await applyOne(box, config, wanted, operation);
  }
  await applyServices(box, config, wanted, operations.filter(isServiceOperation), waitSeconds);
}

function isServiceOperation(operation: Operation): operation is ServiceOperation {
  return 'service' in operation;
}

function isFetchBeside(operation: Operation): operation is FetchModel {
  return operation.kind === 'fetch-model' && operation.by === 'one-off';
}

async function applyOne(box: Box, config: RmaConfig, wanted: Wanted, operation: Operation): Promise<void> {
  switch (operation.kind) {
    case 'write-file': {
      const content = wanted.desired.files.get(operation.path) ?? '';
      await box.files.write(operation.path, content, PUBLIC_FILE);
      break;
    }
    case 'write-secret':
      await writeSecret(box, config, operation.name, wanted.secrets.get(operation.name) ?? '');
      break;
    case 'build-image':
      await step(box, 'building the worker image', () =>
        box.cli.build(operation.tag, box.image.context, operation.base, box.signal),
      );
      break;
    case 'pull-image':
      await step(box, `pulling ${operation.image}`, () => box.cli.pull(operation.image, box.signal));
      break;
    case 'create-volume':
      await box.docker.createVolume(operation.name, operation);
      break;
    default:
      break; // services come after; a fetch by the worker is what its start does
  }
}

async function fetchBeside(
  box: Box,
  config: RmaConfig,
  wanted: Wanted,
  operations: readonly FetchModel[],
): Promise<void> {
  const refs = new Set(operations.map(({ ref }) => ref));
  const models = [...wanted.desired.models.values()].filter(({ ref }) => refs.has(ref));
  throwIfFailed(await fetchInContainer(box, config, wanted.access, models));
}
