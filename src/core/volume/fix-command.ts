import type { VolumeRole } from '../domain/config.ts';
import { shell, shellQuote } from '../shell-quote.ts';
import type { VolumeEntry } from './volume-entry.ts';

/**
 * Returns the command that changes owners or modes of everything in a volume: on the host, in a container of `image`, or
 * on the NFS server.
 */
export function fixCommand(
  { name, kind, location }: VolumeEntry,
  image: string,
  change: readonly [program: 'chown' | 'chmod', value: string],
): string {
  const words = change.map(shellQuote).join(' -R ');
  if (kind === 'host') return `sudo ${words} ${shellQuote(name)}`;
  if (kind === 'nfs') {
    const [, server = '', path = ''] = /^(\[.*\]|[^:]*):(.*)$/.exec(location ?? '') ?? [];
    return `on ${server}: sudo ${words} ${shellQuote(path)}`;
  }
  return `${shell`docker run --rm --user 0:0 --volume ${name}:/volume ${image}`} ${words} /volume`;
}

const SYSTEM = /^\/(?:bin|boot|dev|etc|lib\w*|proc|root|run|sbin|sys|usr)(?:\/|$)/;

/**
 * Returns whether a directory of the host certainly holds more than models: the root, one of its entries, a directory of the
 * system, or a home directory. A recursive change of owners or modes would damage the machine.
 */
export function holdsMoreThanModels({ name, kind }: VolumeEntry): boolean {
  return (
    kind === 'host' &&
    (SYSTEM.test(name) || /^\/[^/]*\/?$/.test(name) || /^\/(?:home|var)\/[^/]+\/?$/.test(name))
  );
}

/** Returns the option of rma that moves a volume. */
export function volumeOption(role: VolumeRole): string {
  return role === 'store' ? '--volume' : '--cache-volume';
}
