import { EXIT } from '../errors.ts';
import type { PlanCheck } from './plan-types.ts';

/** Engines that got another port than their usual one, for something on the machine listens there: perhaps the same engine. */
export function avoidedPortChecks(
  avoided: readonly { readonly service: string; readonly engine: string; readonly port: number }[],
  ports: ReadonlyMap<string, number>,
): readonly PlanCheck[] {
  return avoided.map(({ service, engine, port }) => ({
    level: 'warning',
    code: 'RMA_PLAN_PORT_AVOIDED',
    message: `port ${port} is in use, perhaps by a ${engine} of this machine, which is left alone; ${service} gets port ${ports.get(service)}`,
    hint: `who listens there: ss -ltnp 'sport = :${port}'; to choose the port: --port ${service}=PORT`,
    exitCode: EXIT.ok,
    details: { service, port },
  }));
}
