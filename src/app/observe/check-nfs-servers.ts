import type { RmaConfig } from '../../core/domain/config.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { shell } from '../../core/shell-quote.ts';
import type { Host } from '../../ports/host.ts';

/**
 * Docker looks the server's name up on its own host when it mounts, and names of containers mean nothing there. With
 * an engine on another machine only that one can tell.
 * @throws RmaError RMA_NFS_SERVER_UNKNOWN (3)
 */
export async function checkNfsServers(
  host: Pick<Host, 'engine' | 'names'>,
  { volumes }: RmaConfig,
): Promise<void> {
  for (const [key, spec] of Object.entries(volumes)) {
    if (spec.type !== 'nfs') continue;
    const { endpoint } = await host.engine.facts();
    if (!endpoint.startsWith('unix:')) return;
    const name = spec.server.replace(/^\[|\]$/g, '');
    if (await host.names.hasAddress(name)) continue;
    throw new RmaError(
      'RMA_NFS_SERVER_UNKNOWN',
      `volumes.${key}: the NFS server ${name} has no address here`,
      {
        exitCode: EXIT.notReady,
        hint: shell`check the name: getent hosts ${name}; or use the server's address: --volume nfs:ADDRESS:${spec.path}`,
        details: { server: name },
      },
    );
  }
}
