import type { RmaConfig } from '../../core/domain/config.ts';
import type { EngineFacts } from '../../core/domain/docker-engine.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { shell } from '../../core/shell-quote.ts';
import type { Host } from '../../ports/host.ts';

/**
 * Checks that the host names of the NFS servers can be resolved. Docker resolves them on its own host; for an engine on
 * another machine nothing is checked.
 * @throws RmaError RMA_NFS_SERVER_UNKNOWN (3)
 */
export async function checkNfsServers(
  host: Pick<Host, 'names'>,
  { volumes }: Pick<RmaConfig, 'volumes'>,
  { endpoint }: Pick<EngineFacts, 'endpoint'>,
): Promise<void> {
  if (!endpoint.startsWith('unix:')) return;
  for (const [key, spec] of Object.entries(volumes)) {
    if (spec.type !== 'nfs') continue;
    const name = spec.server.replace(/^\[|\]$/g, '');
    if (await host.names.hasAddress(name)) continue;
    throw new RmaError('RMA_NFS_SERVER_UNKNOWN', `volumes.${key}: cannot resolve the NFS server ${name}`, {
      exitCode: EXIT.notReady,
      hint: shell`check the name: getent hosts ${name}; or use the server's address: --volume nfs:ADDRESS:${spec.path}`,
      details: { server: name },
    });
  }
}
