import { EXIT } from '../errors.ts';
import type { VolumeSpec } from '../model/config.ts';
import type { PlanCheck } from './plan-types.ts';

/** The store that a running worker has, and the one it would get: told aloud, for models may have to come again. */
export function planStoreMove(mounted: string | null, wanted: VolumeSpec): readonly PlanCheck[] {
  const next = volumeText(wanted);
  if (mounted === null || mounted === next) return [];
  return [
    {
      level: 'warning',
      code: 'RMA_STORE_MOVES',
      message: `the worker's models are in ${mounted}, this would use ${next}`,
      hint: `to stay: --volume ${mounted}, or in rma.yaml: volumes: { store: "${mounted}" }`,
      exitCode: EXIT.ok,
      details: { from: mounted, to: next },
    },
  ];
}

/** A volume as settings write it: `named:NAME`, `host:PATH`, `nfs:SERVER:/EXPORT`. */
function volumeText(volume: VolumeSpec): string {
  if (volume.type === 'named') return `named:${volume.name}`;
  return volume.type === 'host' ? `host:${volume.path}` : `nfs:${volume.server}:${volume.path}`;
}
