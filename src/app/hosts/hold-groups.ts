import {
  type GroupMember,
  type SpanningGroup,
  type WaitingGroup,
  withoutServices,
} from '../../core/plan/group-plans.ts';
import type { Plan } from '../../core/plan/plan-types.ts';
import type { Host } from '../../ports/host.ts';
import type { PlacedServices } from '../desired/place-services.ts';
import { describeGroup, type ProjectGroup } from './host-groups.ts';

interface PlannedOnHost {
  readonly host: Pick<Host, 'name'>;
  readonly planned: { readonly plan: Plan; readonly placed: Pick<PlacedServices, 'selection'> };
}

export interface HeldGroups<P> {
  /** without operations on groups that wait */
  readonly hosts: readonly P[];
  /** the groups that the plan acts on */
  readonly acting: readonly SpanningGroup[];
  readonly waiting: readonly WaitingGroup[];
}

/**
 * Leaves out what plans of hosts do to a group of which another host has no plan: what runs of it stays, and what does not run is
 * not started.
 * @param named the profiles that the command acts on; none: all
 */
export function holdGroups<P extends PlannedOnHost>(
  plans: readonly P[],
  { groups, named }: { readonly groups: readonly ProjectGroup[]; readonly named: readonly string[] },
): HeldGroups<P> {
  const names = plans.map(({ host }) => host.name);
  const inScope = groups.filter(({ profile }) => named.length === 0 || named.includes(profile));
  const waiting = inScope.flatMap(({ profile, hosts }) => {
    const missing = hosts.filter((host) => !names.includes(host));
    return missing.length === 0 ? [] : [{ profile, hosts, missing }];
  });
  const held = waiting.map(({ profile }) => profile);
  const acting = inScope.filter(({ profile }) => !held.includes(profile));
  return {
    hosts: plans.map((each) => {
      const services = held.flatMap((profile) => servicesOf(each, profile));
      const { planned } = each;
      if (services.length === 0) return each;
      return { ...each, planned: { ...planned, plan: withoutServices(planned.plan, services) } };
    }),
    acting: acting.map((group) => {
      const members = plans.flatMap((each) => memberOf(each, group.profile));
      return { profile: group.profile, text: describeGroup(group), members };
    }),
    waiting,
  };
}

function servicesOf(plan: PlannedOnHost, profile: string): readonly string[] {
  return memberOf(plan, profile).flatMap(({ worker, engines }) => [worker, ...engines]);
}

function memberOf({ host, planned }: PlannedOnHost, profile: string): readonly GroupMember[] {
  const own = planned.placed.selection.profiles.find(({ name }) => name === profile);
  return own === undefined ? [] : [{ host: host.name, worker: own.worker, engines: own.services }];
}
