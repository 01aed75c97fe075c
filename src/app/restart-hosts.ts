import type { Plan } from '../core/plan/plan-types.ts';
import type { Invocation } from '../ports/invocation.ts';
import { actOnHosts, type HostsActed, type HostsPlanning, planOnHosts } from './act-on-hosts.ts';
import { onEach } from './hosts/project-host.ts';
import type { SelectedHosts } from './hosts/with-locked-hosts.ts';
import { type PlannedRestart, planRestart, type RestartRequest, restartPayload } from './restart.ts';

export interface HostsRestartRequest extends SelectedHosts, Omit<RestartRequest, 'config'> {}

/** Returns what `restart` would do now on the selected hosts: RMA_SERVICE_UNKNOWN on those without the services. Changes nothing. */
export async function planRestartHosts(
  invocation: Pick<Invocation, 'signal'>,
  request: HostsRestartRequest,
): Promise<HostsActed<PlannedRestart>> {
  return planOnHosts(planning(invocation, request));
}

/**
 * Restarts services on several hosts, as `restart` does on one host.
 * @throws RmaError RMA_LOCK_HELD (7)
 */
export async function restartHosts(
  invocation: Invocation,
  request: HostsRestartRequest & { readonly show: (plan: Plan) => void },
): Promise<HostsActed<PlannedRestart>> {
  const { waitSeconds, show } = request;
  return actOnHosts(invocation, {
    ...planning(invocation, request),
    command: 'restart',
    payload: (planned, config) => restartPayload(planned, { config, waitSeconds }),
    show,
  });
}

function planning(
  invocation: Pick<Invocation, 'signal'>,
  request: HostsRestartRequest,
): HostsPlanning<PlannedRestart> {
  const plan: HostsPlanning<PlannedRestart>['plan'] = async (hosts) =>
    onEach(hosts, async ({ host, config }) => planRestart(host, invocation, { ...request, config }));
  return { ...request, plan };
}
