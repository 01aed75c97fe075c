import type { BootUnit } from '../../../core/boot/boot-unit.ts';
import type { Context } from '../../context/context.ts';
import type { LoadedConfig } from '../../context/context-config.ts';

/** Variables that lead to the Docker Engine, as for the docker command. */
const DOCKER_VARIABLES = [
  'DOCKER_HOST',
  'DOCKER_CONTEXT',
  'DOCKER_CONFIG',
  'DOCKER_CERT_PATH',
  'DOCKER_TLS_VERIFY',
];

/** What the unit of a project depends on. */
export interface UnitContext extends Pick<Context, 'env' | 'selfCommand'> {
  readonly config: () => Promise<Pick<LoadedConfig, 'config'>>;
}

/**
 * Returns the unit that runs this installation of rma for the project, with the time of `--wait-timeout` in whole seconds. It does
 * not name rma.yaml: the services are found by the project, also if the file was moved or has a mistake at the next boot.
 */
export async function bootUnit(context: UnitContext, waitTimeout: number): Promise<BootUnit> {
  const waitSeconds = Math.ceil(waitTimeout);
  const { config } = await context.config();
  const environment = DOCKER_VARIABLES.flatMap((name): (readonly [string, string])[] => {
    const value = context.env[name];
    return value === undefined || value === '' ? [] : [[name, value]];
  });
  return {
    project: config.project,
    command: [
      ...(await context.selfCommand()),
      '--project',
      config.project,
      'boot',
      'run',
      '--wait-timeout',
      `${waitSeconds}s`,
    ],
    waitSeconds,
    environment: Object.fromEntries(environment),
  };
}
