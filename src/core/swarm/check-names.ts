import { EXIT, RmaError } from '../errors.ts';
import type { Fleet } from '../fleet/service-spec.ts';
import { configName } from './config-files.ts';
import { secretName, secretsOf } from './swarm-secrets.ts';

/** Characters of names that a manager accepts (moby/swarmkit, manager/controlapi). */
const MAX_SERVICE = 63;
const MAX_SECRET_OR_CONFIG = 64;

/** Checks the names that the services, secrets and configs of a stack will have. @throws RmaError RMA_SWARM_NAME (2) */
export function checkNames({ project, services }: Fleet): void {
  const configs = services.filter(({ configFile }) => configFile !== null);
  const named = [
    ...services.map(({ name }) => ({ what: 'service', name: `${project}_${name}`, max: MAX_SERVICE })),
    ...secretsOf(services).map((name) => ({
      what: 'secret',
      name: secretName(project, name),
      max: MAX_SECRET_OR_CONFIG,
    })),
    ...configs.map((spec) => ({
      what: 'config',
      name: `${project}_${configName(spec)}`,
      max: MAX_SECRET_OR_CONFIG,
    })),
  ];
  // what is short enough for the largest excess is short enough for the others
  const [longest] = named
    .filter(({ name, max }) => name.length > max)
    .sort((a, b) => b.name.length - b.max - (a.name.length - a.max));
  if (longest === undefined) return;
  const { what, name, max } = longest;
  throw new RmaError(
    'RMA_SWARM_NAME',
    `the name of the ${what} ${name} has ${name.length} characters; Swarm accepts at most ${max}`,
    {
      exitCode: EXIT.usage,
      hint: `shorten it by ${name.length - max}: use another name of the project (--project NAME), or rename the profile`,
    },
  );
}
