import type { DesiredState } from '../domain/desired-state.ts';
import type { Observed } from '../domain/observed.ts';
import { EXIT } from '../errors.ts';
import { portFault, portHolders } from '../fleet/port-taken.ts';
import type { PlanCheck } from './plan-types.ts';

/** Returns an error for each requested port that something outside this project uses. */
export function planPorts(desired: DesiredState, observed: Observed): readonly PlanCheck[] {
  const own = new Set(observed.containers.map(({ id }) => id));
  const holders = portHolders(observed.allContainers.filter(({ id }) => !own.has(id)));
  return desired.stack.services.flatMap(({ name, port }): PlanCheck[] => {
    if (port === null || !observed.portsTaken.has(port)) return [];
    const fault = portFault(port, name, holders.get(port) ?? null);
    return [{ level: 'error', code: 'RMA_PORT_TAKEN', exitCode: EXIT.notReady, ...fault }];
  });
}
