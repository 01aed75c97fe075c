import { isLoopback, isWildcard } from '../host-address.ts';
import { parseHostAddress } from '../ssh-address.ts';

/** Where a host publishes its ports. */
export interface PublishingHost {
  /** its name */
  readonly host: string;
  /** SSH address or Docker context; null: this machine */
  readonly address: string | null;
  /** address of its published ports */
  readonly bind: string;
}

/**
 * Returns the host name or address by which other hosts reach the published ports of a host, without brackets: the one that they
 * are bound to; for a wildcard that of its SSH address, else the name of the host. Null if they are bound to loopback.
 */
export function publishedAddress({ host, address, bind }: PublishingHost): string | null {
  if (isLoopback(bind)) return null;
  if (!isWildcard(bind)) return bind;
  const parsed = parseHostAddress(address ?? '');
  return parsed?.kind === 'ssh' ? parsed.host : host;
}
