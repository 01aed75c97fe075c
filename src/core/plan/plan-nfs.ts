import type { RmaConfig } from '../domain/config.ts';
import { EXIT } from '../errors.ts';
import type { PlanCheck } from './plan-types.ts';

const READ_ERRORS =
  'returns read errors when the server is slow and so crashes engines that memory-map their weights';
const LOCAL_LOCKS = 'keeps locks local to one host, where other hosts cannot see them';

const RISKS: ReadonlyMap<string, string> = new Map([
  ['soft', READ_ERRORS],
  ['softerr', READ_ERRORS],
  ['nolock', LOCAL_LOCKS],
  ['local_lock=all', LOCAL_LOCKS],
]);

/** Returns a warning for each NFS mount option of the user that puts models at risk. */
export function planNfs({
  volumes,
  nfsOptions,
}: Pick<RmaConfig, 'volumes' | 'nfsOptions'>): readonly PlanCheck[] {
  if (nfsOptions === null || ![volumes.store, volumes.cache].some(({ type }) => type === 'nfs')) return [];
  return checkNfsOptions(nfsOptions, 'volumes.nfs_options');
}

/** Returns a warning for each option of an NFS mount that puts models at risk; `where` is what has them. */
export function checkNfsOptions(options: string, where: string): readonly PlanCheck[] {
  return options.split(',').flatMap((option): PlanCheck[] => {
    const risk = RISKS.get(option);
    if (risk === undefined) return [];
    return [
      {
        level: 'warning',
        code: 'RMA_NFS_OPTIONS',
        message: `${where} contains ${option}, which ${risk}`,
        hint: 'remove volumes.nfs_options (rma mounts with hard), or use hard instead',
        exitCode: EXIT.ok,
        details: { option },
      },
    ];
  });
}
