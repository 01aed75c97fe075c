import { readFileSync } from 'node:fs';
import { networkReason } from '../adapters/engine/http-request.ts';
import type { WorkerConfig } from '../core/domain/worker-config.ts';
import { EXIT, RmaError } from '../core/errors.ts';

/** The coordinator of a worker. */
export interface CoordinatorTarget {
  readonly url: string;
  /** null: requests carry no token */
  readonly tokenFile: string | null;
  /** the only CA whose certificate the coordinator may have, PEM; null: those of Node.js */
  readonly caFile: string | null;
}

/** Returns the coordinator of a worker; null without one. */
export function coordinatorTarget(
  { coordinator }: Pick<WorkerConfig, 'coordinator'>,
  env: NodeJS.ProcessEnv,
): CoordinatorTarget | null {
  return (
    coordinator && {
      url: coordinator.url,
      tokenFile: env['COORDINATOR_TOKEN_FILE'] || null,
      caFile: env['COORDINATOR_CA_FILE'] || null,
    }
  );
}

/** Returns the token for a request. @throws RmaError RMA_COORDINATOR_TOKEN exit 3 */
export function authorization({ tokenFile }: CoordinatorTarget): { authorization?: string } {
  if (tokenFile === null) return {};
  try {
    return { authorization: `Bearer ${readFileSync(tokenFile, 'utf8').trim()}` };
  } catch (error) {
    throw new RmaError(
      'RMA_COORDINATOR_TOKEN',
      `cannot read the token file ${tokenFile}: ${networkReason(error)}`,
      {
        exitCode: EXIT.notReady,
        hint: 'set COORDINATOR_TOKEN_FILE to a file that is readable for the worker; rma up writes and mounts it',
      },
    );
  }
}

/** Returns the CA for a request; nothing for the usual ones. @throws RmaError RMA_COORDINATOR_CA exit 3 */
export function coordinatorTrust({ caFile }: Pick<CoordinatorTarget, 'caFile'>): { ca?: string } {
  if (caFile === null) return {};
  try {
    return { ca: readFileSync(caFile, 'utf8') };
  } catch (error) {
    throw new RmaError('RMA_COORDINATOR_CA', `cannot read the CA file ${caFile}: ${networkReason(error)}`, {
      exitCode: EXIT.notReady,
      hint: 'set COORDINATOR_CA_FILE to a file that is readable for the worker; rma up writes and mounts it',
    });
  }
}
