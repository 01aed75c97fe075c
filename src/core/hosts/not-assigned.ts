import { EXIT, RmaError } from '../errors.ts';
import { listed } from '../placement/device-name.ts';
import type { AssignRequest } from './assign-types.ts';
import { mismatch, placementOf } from './matching-hosts.ts';
import type { HostsNotFound } from './search-hosts.ts';

/** Hosts whose reasons are in a message; `details` has all. */
const SHOWN = 3;

/** Why nothing changes on a host, to follow its name; null where something can. */
export const UNCHANGED = {
  observed: null,
  unreachable: 'does not respond',
  'not-selected': 'is not selected',
} as const;

/** Returns the error for a profile that requests more hosts than match its placement. */
export function noMatch(request: AssignRequest, profile: string): RmaError {
  const { hosts } = request;
  const placement = placementOf(request, profile);
  const { replicas } = placement;
  const matching = hosts.filter((host) => mismatch(host, placement) === null).map(({ name }) => name);
  const number = replicas === 'all' ? 1 : replicas;
  const found =
    matching.length === 0 ? 'none does' : `only ${listed(matching)} ${matching.length === 1 ? 'does' : 'do'}`;
  const reasons = Object.fromEntries(
    hosts.map((host) => [host.name, mismatch(host, placement) ?? 'matches']),
  );
  return new RmaError(
    'RMA_HOSTS_NO_MATCH',
    `profile ${profile} needs ${number === 1 ? 'a host that matches' : `${number} hosts that match`} placement.${profile}, but ${found}`,
    {
      exitCode: EXIT.usage,
      hint: `change replicas, hosts or labels in placement.${profile} in rma.yaml, or the labels of a host; hosts: ${hosts.map(({ name }) => name).join(', ')}`,
      details: { profile, hosts: reasons },
    },
  );
}

/** Returns the error for a profile that fits on no host: why not on each, and the smallest change that would help. */
export function noHost(
  request: AssignRequest,
  { slot: { profile, candidates }, sets, cutShort }: HostsNotFound,
): RmaError {
  const { hosts } = request;
  const faults = candidates.map((room) => {
    const now = sets.get(room.name) ?? [];
    const fault = now.includes(profile)
      ? { message: 'already runs it', hint: null, bytes: -1 }
      : room.faultOf(request.profiles.filter((each) => each === profile || now.includes(each)));
    // the message of one host names the profile too
    return {
      name: room.name,
      ...fault,
      message: withoutStart(fault.message, `profile ${profile} does not fit: `),
    };
  });
  const excluded = hosts.flatMap((host) => {
    const why = mismatch(host, placementOf(request, profile)) ?? UNCHANGED[host.state.kind];
    return why === null ? [] : [[host.name, why] as const];
  });
  const best = faults.toSorted((a, b) => b.bytes - a.bytes).find(({ hint }) => hint !== null);
  const shown = faults.slice(0, SHOWN).map(({ name, message }) => `${name}: ${message}`);
  const more = faults.length > SHOWN ? `; and ${faults.length - SHOWN} more` : '';
  const cut = cutShort ? '; the search was cut short, so another assignment may fit' : '';
  return new RmaError(
    'RMA_HOSTS_NO_FIT',
    `profile ${profile} fits on no host: ${shown.join('; ')}${more}${cut}`,
    {
      exitCode: EXIT.doesNotFit,
      hint:
        best === undefined ? 'add a host in rma.yaml' : `on host ${best.name}: ${best.hint}; or add a host`,
      details: {
        profile,
        hosts: Object.fromEntries([
          ...faults.map(({ name, message }) => [name, message] as const),
          ...excluded,
        ]),
      },
    },
  );
}

/** Returns the text without this start, if it has it. */
export function withoutStart(text: string, start: string): string {
  return text.startsWith(start) ? text.slice(start.length) : text;
}
