import { EXIT, RmaError } from '../core/errors.ts';
import { coordinatorHost } from '../core/hosts/coordinator-host.ts';
import type { Host } from '../ports/host.ts';
import type { Invocation } from '../ports/invocation.ts';
import { type AssignHostsRequest, assignHosts } from './assign-hosts.ts';
import type { RequestOptions } from './desired/read-request.ts';
import { coordinatorAccess } from './hosts/coordinator-access.ts';

export interface HostRequestOptions extends Omit<AssignHostsRequest, 'selected' | 'replanLost'> {
  readonly name: string;
  /** whether the secrets are used: those of the coordinator must then exist, because only the plan of its host writes them */
  readonly withSecrets: boolean;
}

/**
 * Returns what `up` over all hosts of a project would request on one of them.
 * @throws RmaError the fault of the host; RMA_PROFILE_NONE (2) if `up` would run nothing there; as assignHosts and coordinatorAccess
 */
export async function hostRequest(
  invocation: Invocation,
  { name, withSecrets, ...options }: HostRequestOptions,
): Promise<{ readonly host: Host; readonly request: RequestOptions }> {
  const { config, open, profiles, refresh } = options;
  const selected = Object.keys(config.hosts);
  const { hosts, faults, resolved } = await assignHosts(invocation, {
    ...options,
    selected,
    replanLost: false,
  });
  const own = hosts.find(({ host }) => host.name === name);
  if (own === undefined) throw faults.get(name) ?? new Error(`the host ${name} was not reached`);
  const coordinator = coordinatorHost(config);
  if (own.config.profiles.length === 0 && name !== coordinator) throw nothingRuns(name);
  const workers = hosts.filter((each) => each.config.profiles.length > 0 || each.host.name === coordinator);
  const isWritten = ({ host }: { readonly host: Pick<Host, 'name'> }): boolean =>
    !withSecrets || host.name === name || host.name !== coordinator;
  const coordinatorOf = await coordinatorAccess(invocation, {
    config,
    open,
    hosts: workers.filter(isWritten),
  });
  const { settings, access } = coordinatorOf(own);
  return {
    host: own.host,
    request: {
      config: { ...own.config, coordinator: settings },
      profiles,
      refresh,
      mayBeEmpty: true,
      coordinator: access,
      shared: resolved,
    },
  };
}

function nothingRuns(host: string): RmaError {
  return new RmaError('RMA_PROFILE_NONE', `no profile of the project runs on host ${host}`, {
    exitCode: EXIT.usage,
    hint: 'to see which hosts run which profiles: rma plan --explain',
    details: { host },
  });
}
