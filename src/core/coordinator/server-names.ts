import { COORDINATOR_SERVICE } from '../domain/registration.ts';
import { isWildcard } from '../host-address.ts';

/** Where a coordinator is published. */
export interface PublishedCoordinator {
  /** name of its host */
  readonly host: string;
  /** address of its published port */
  readonly bind: string;
  /** host name or address by which other hosts reach it; null: as above */
  readonly address: string | null;
}

/**
 * Returns the host names and addresses for the coordinator's certificate: containers of its project, its own probe, the host
 * and other hosts reach it by one of them.
 */
export function coordinatorNames({ host, bind, address }: PublishedCoordinator): readonly string[] {
  const published = isWildcard(bind) ? [] : [bind];
  const names = [
    COORDINATOR_SERVICE,
    'localhost',
    '127.0.0.1',
    host,
    ...published,
    ...(address ? [address] : []),
  ];
  return [...new Set(names)];
}
