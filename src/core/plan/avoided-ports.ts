import { EXIT } from '../errors.ts';
import type { PlanCheck } from './plan-types.ts';

/** Returns a warning for each engine whose default port is in use, possibly by another instance of the same engine. */
export function avoidedPortChecks(
  avoided: readonly { readonly service: string; readonly engine: string; readonly port: number }[],
  ports: ReadonlyMap<string, number>,
): readonly PlanCheck[] {
  return avoided.map(({ service, engine, port }) => ({
    level: 'warning',
    code: 'RMA_PLAN_PORT_AVOIDED',
    message: `port ${port} is in use, possibly by ${engine}; ${service} uses port ${ports.get(service)} instead`,
    hint: `to find the process: ss -ltnp 'sport = :${port}'; to choose the port: --port ${service}=PORT`,
    exitCode: EXIT.ok,
    details: { service, port },
  }));
}
