import type { AssignRequest } from '../../../src/core/hosts/assign-types.ts';
import { assignRequest, hostWith } from './assign-builders.ts';

/** Returns a project with 200 services and 20 hosts with 160 GPUs of three sizes, which the services nearly fill. */
export function manyHosts(): AssignRequest {
  const hosts = Array.from({ length: 20 }, (_, at) =>
    hostWith(`host${String(at).padStart(2, '0')}`, {
      gpus: Array.from({ length: 8 }, () => [24, 48, 80][at % 3] ?? 24),
      memoryBytes: 512e9,
    }),
  );
  const sizes = Array.from({ length: 200 }, (_, at): [string, readonly number[]] => {
    const best = [70, 44, 34, 22, 20, 14, 9, 7, 5, 3][at % 10] ?? 3;
    return [`profile${String(at).padStart(3, '0')}`, [best, Math.ceil(best / 3)]];
  });
  return assignRequest(Object.fromEntries(sizes), hosts);
}
