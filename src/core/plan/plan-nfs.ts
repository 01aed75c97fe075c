import type { RmaConfig } from '../domain/config.ts';
import { EXIT } from '../errors.ts';
import type { PlanCheck } from './plan-types.ts';

const RISKS: ReadonlyMap<string, string> = new Map([
  [
    'soft',
    'returns read errors when the server is slow and so crashes engines that memory-map their weights',
  ],
  [
    'softerr',
    'returns read errors when the server is slow and so crashes engines that memory-map their weights',
  ],
  ['nolock', 'keeps locks local to one host, where other hosts cannot see them'],
]);

/** Returns a warning for each NFS mount option of the user that puts models at risk. */
export function planNfs({ volumes, nfsOptions }: RmaConfig): readonly PlanCheck[] {
  if (nfsOptions === null || ![volumes.store, volumes.cache].some(({ type }) => type === 'nfs')) return [];
  return nfsOptions.split(',').flatMap((option): PlanCheck[] => {
    const risk = RISKS.get(option);
    if (risk === undefined) return [];
    return [
      {
        level: 'warning',
        code: 'RMA_NFS_OPTIONS',
        message: `volumes.nfs_options contains ${option}, which ${risk}`,
        hint: 'remove volumes.nfs_options (rma mounts with hard), or use hard instead',
        exitCode: EXIT.ok,
        details: { option },
      },
    ];
  });
}
