import type { Desired } from '../domain/desired.ts';
import type { Observed } from '../domain/observed.ts';
import { EXIT } from '../errors.ts';
import type { PlanCheck } from './plan-types.ts';

/** A port that was asked for and that something outside this project holds. */
export function planPorts(desired: Desired, observed: Observed): readonly PlanCheck[] {
  return desired.stack.services.flatMap(({ name, role, port }): PlanCheck[] => {
    if (port === null || !observed.portsTaken.has(port)) return [];
    const option = role === 'coordinator' ? '--coordinator-port PORT' : `--port ${name}=PORT`;
    return [
      {
        level: 'error',
        code: 'RMA_PORT_TAKEN',
        message: `port ${port} for ${name} is already used by another program`,
        hint: `choose another: ${option} (who uses it: ss -ltnp 'sport = :${port}')`,
        exitCode: EXIT.notReady,
        details: { service: name, port },
      },
    ];
  });
}
