import type { RmaConfig } from '../domain/config.ts';
import { EXIT } from '../errors.ts';
import type { PlanCheck } from './plan-types.ts';

const RISKS: Readonly<Record<string, string>> = {
  soft: 'gives read errors when the server is slow, and an engine that maps its weights dies of one',
  softerr: 'gives read errors when the server is slow, and an engine that maps its weights dies of one',
  nolock: 'keeps locks on one host, where others cannot see them',
};

/** Mount options of the user's own that put models at risk. */
export function planNfs({ volumes, nfsOptions }: RmaConfig): readonly PlanCheck[] {
  if (nfsOptions === null || ![volumes.store, volumes.cache].some(({ type }) => type === 'nfs')) return [];
  return nfsOptions.split(',').flatMap((option): PlanCheck[] => {
    const risk = RISKS[option];
    if (risk === undefined) return [];
    return [
      {
        level: 'warning',
        code: 'RMA_NFS_OPTIONS',
        message: `volumes.nfs_options has ${option}, which ${risk}`,
        hint: 'leave volumes.nfs_options out (rma mounts with hard), or write hard in its place',
        exitCode: EXIT.ok,
        details: { option },
      },
    ];
  });
}
