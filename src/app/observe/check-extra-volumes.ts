import type { Snapshot } from '../../core/domain/snapshot.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import type { ExtraMountSpec, Fleet } from '../../core/fleet/service-spec.ts';
import { shell } from '../../core/shell-quote.ts';
import type { Host } from '../../ports/host.ts';

/**
 * Checks that the `extra_volumes` of services exist: rma creates none of them. Docker looks for directories on its own
 * host; for an engine on another machine only volumes are checked.
 * @throws RmaError RMA_EXTRA_VOLUME_MISSING (3)
 */
export async function checkExtraVolumes(
  host: Pick<Host, 'files'>,
  { services }: Pick<Fleet, 'services'>,
  { engine, volumes }: Pick<Snapshot, 'engine' | 'volumes'>,
): Promise<void> {
  for (const { name, extraMounts = [] } of services) {
    for (const { source } of extraMounts) {
      if (source.type === 'named' && !volumes.has(source.name)) throw missing(name, source);
      if (source.type !== 'host' || !engine.endpoint.startsWith('unix:')) continue;
      if ((await host.files.facts(source.path)) === null) throw missing(name, source);
    }
  }
}

function missing(service: string, source: ExtraMountSpec['source']): RmaError {
  const isPath = source.type === 'host';
  const what = isPath ? source.path : `volume ${source.name}`;
  return new RmaError('RMA_EXTRA_VOLUME_MISSING', `services.${service}: ${what} does not exist`, {
    exitCode: EXIT.notReady,
    hint: isPath
      ? shell`create it: mkdir -p ${source.path}; or correct extra_volumes in rma.yaml`
      : shell`create it: docker volume create ${source.name}; or correct extra_volumes in rma.yaml`,
    details: { service, source: isPath ? source.path : source.name },
  });
}
