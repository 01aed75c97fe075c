import type { BootUnit } from '../../../core/boot/boot-unit.ts';
import type { Context } from '../../context/context.ts';
import type { LoadedConfig } from '../../context/context-config.ts';
import { dockerEnvironment } from '../docker-environment.ts';

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
    environment: dockerEnvironment(context.env),
  };
}
