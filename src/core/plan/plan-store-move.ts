import { volumeOf } from '../docker/volume-of.ts';
import type { RmaConfig } from '../domain/config.ts';
import { EXIT } from '../errors.ts';
import { shellQuote } from '../shell-quote.ts';
import type { PlanCheck } from './plan-types.ts';

/**
 * Returns a warning when the workers would get another store than the one they use: models may be downloaded again. Docker
 * shows an NFS export by the name of its volume only, which is enough to use it again.
 */
export function planStoreMove(
  mounted: string | null,
  config: Pick<RmaConfig, 'volumes' | 'nfsOptions'>,
): readonly PlanCheck[] {
  const volume = volumeOf(config, 'store');
  const next = volume.type === 'host' ? `host:${volume.path}` : `named:${volume.name}`;
  if (mounted === null || mounted === next) return [];
  const spec = config.volumes.store;
  const shown = spec.type === 'nfs' ? `nfs:${spec.server}:${spec.path} (${next})` : next;
  return [
    {
      level: 'warning',
      code: 'RMA_STORE_MOVES',
      message: `the worker's models are in ${mounted}; this command would use ${shown}`,
      hint: `to keep it: --volume ${shellQuote(mounted)}, or in rma.yaml: volumes: { store: ${JSON.stringify(mounted)} }`,
      exitCode: EXIT.ok,
      details: { from: mounted, to: next },
    },
  ];
}
