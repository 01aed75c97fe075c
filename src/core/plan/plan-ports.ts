import type { DesiredState } from '../domain/desired-state.ts';
import type { Observed } from '../domain/observed.ts';
import { EXIT } from '../errors.ts';
import type { PlanCheck } from './plan-types.ts';

/** Returns an error for each requested port that a program outside this project uses. */
export function planPorts(desired: DesiredState, observed: Observed): readonly PlanCheck[] {
  return desired.stack.services.flatMap(({ name, role, port }): PlanCheck[] => {
    if (port === null || !observed.portsTaken.has(port)) return [];
    const option = role === 'coordinator' ? '--coordinator-port PORT' : `--port ${name}=PORT`;
    return [
      {
        level: 'error',
        code: 'RMA_PORT_TAKEN',
        message: `port ${port} for ${name} is already in use by another program`,
        hint: `choose another port: ${option} (to find the process: ss -ltnp 'sport = :${port}')`,
        exitCode: EXIT.notReady,
        details: { service: name, port },
      },
    ];
  });
}
