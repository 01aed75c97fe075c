import { projectContainers } from '../../../app/observe/project-containers.ts';
import { requireDocker } from '../../../app/observe/require-docker.ts';
import { EXIT, RmaError } from '../../../core/errors.ts';
import { unknownService } from '../../../core/unknown-service.ts';
import type { Context } from '../../context/context.ts';

interface ServiceInput {
  readonly service: string;
  readonly model: readonly string[];
  readonly catalog: boolean;
  readonly stored: boolean;
  readonly unused: boolean;
}

/**
 * Returns the references of the models that a service of the project runs with.
 * @throws RmaError RMA_USAGE_INVALID, RMA_SERVICE_UNKNOWN (2), RMA_DOCKER_* (3)
 */
export async function modelsOfService(input: ServiceInput, context: Context): Promise<readonly string[]> {
  assertAlone(input);
  const { config } = await context.config();
  const host = await context.host();
  await requireDocker(host);
  const containers = await projectContainers(host, config.project);
  const found = containers.find(({ service }) => service === input.service);
  if (found === undefined) {
    const services = containers.filter(({ models }) => models.length > 0).map(({ service }) => service);
    throw unknownService(input.service, services);
  }
  return found.models;
}

function assertAlone({ model, catalog, stored, unused }: ServiceInput): void {
  const given = {
    'names of models': model.length > 0,
    '--catalog': catalog,
    '--stored': stored,
    '--unused': unused,
  };
  const [first] = Object.entries(given).flatMap(([name, isGiven]) => (isGiven ? [name] : []));
  if (first === undefined) return;
  throw new RmaError('RMA_USAGE_INVALID', `--service cannot be combined with ${first}`, {
    exitCode: EXIT.usage,
    hint: `omit --service, or ${first}`,
  });
}
