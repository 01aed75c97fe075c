import { EXIT, RmaError } from '../errors.ts';

/** Engine 25.0 added `start_interval`, for frequent health checks during the start only. */
export const MIN_ENGINE = '25.0';

/** Compose 2.24 supports `start_interval` and inline configs. */
export const MIN_COMPOSE = '2.24';

/** Checks the engine version. @throws RmaError RMA_DOCKER_TOO_OLD exit 3 */
export function checkEngine(engine: string): void {
  if (isOlder(engine, MIN_ENGINE)) {
    throw new RmaError(
      'RMA_DOCKER_TOO_OLD',
      `Docker Engine ${engine} is too old; rma requires ${MIN_ENGINE} or later`,
      {
        exitCode: EXIT.notReady,
        hint: 'install the current release of Docker: https://docs.docker.com/engine/install/',
      },
    );
  }
}

/** Checks the Compose version. @throws RmaError RMA_COMPOSE_TOO_OLD exit 3 */
export function checkCompose(compose: string): void {
  if (isOlder(compose, MIN_COMPOSE)) {
    throw new RmaError(
      'RMA_COMPOSE_TOO_OLD',
      `Docker Compose ${compose} is too old; rma requires ${MIN_COMPOSE} or later`,
      {
        exitCode: EXIT.notReady,
        hint: 'update it: sudo apt-get install docker-compose-plugin (docs: https://docs.docker.com/compose/install/linux/)',
      },
    );
  }
}

/** Compares the leading numbers of two versions; suffixes (`+dfsg1`, `-ce`) are ignored. */
export function isOlder(version: string, than: string): boolean {
  const [a, b] = [numbers(version), numbers(than)];
  for (let at = 0; at < Math.max(a.length, b.length); at++) {
    const difference = (a[at] ?? 0) - (b[at] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return false;
}

function numbers(version: string): readonly number[] {
  return (/^v?(\d+(?:\.\d+)*)/.exec(version)?.[1] ?? '').split('.').map(Number);
}
