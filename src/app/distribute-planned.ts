import type { Certificates } from '../ports/certificates.ts';
import type { Invocation } from '../ports/invocation.ts';
import { distributeModels } from './hosts/distribute-models.ts';
import type { HostStore } from './hosts/host-store.ts';
import type { PlannedHost, PlannedHosts } from './plan-hosts.ts';

/**
 * Downloads the models that several hosts of a plan lack, each from the internet once. What fails here is left to the plan that
 * follows: it downloads what is still missing, and reports why it cannot.
 */
export async function distributePlanned(
  invocation: Invocation,
  { hosts, certificates }: Pick<PlannedHosts, 'hosts'> & { readonly certificates: Certificates },
): Promise<void> {
  const lacking = hosts.filter(({ planned: { plan } }) =>
    plan.operations.some(({ kind }) => kind === 'fetch-model'),
  );
  if (hosts.length < 2 || lacking.length === 0) return;
  await distributeModels(invocation, {
    hosts: hosts.map((each) => storeOf(invocation, each)),
    certificates,
  });
}

function storeOf(invocation: Invocation, { host, config, planned }: PlannedHost): HostStore {
  const { desired, observed, access } = planned;
  const { reporter } = invocation;
  return {
    host,
    config,
    invocation: {
      ...invocation,
      reporter: {
        emit: (event) => reporter.emit(event.type === 'model' ? { ...event, host: host.name } : event),
      },
    },
    // only for hints about room, which the plan gives
    catalog: { models: new Map() },
    models: [...desired.models.values()].map((pinned) => ({
      name: pinned.ref,
      ref: pinned.ref,
      profiles: [],
      pinned,
      check: observed.store?.get(pinned.ref) ?? null,
    })),
    store: { access, snapshot: observed, freeBytes: observed.freeBytes },
  };
}
