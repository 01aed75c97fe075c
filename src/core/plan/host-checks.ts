import { EXIT } from '../errors.ts';
import type { HostAssignment } from '../hosts/assign-types.ts';

import { shell } from '../shell-quote.ts';
import { formatDuration } from '../units.ts';
import type { PlanCheck } from './plan-types.ts';

/** A clock that is further off makes logs hard to read, and certificates seem invalid. */
export const MAX_CLOCK_MS = 60_000;

/** Returns a warning for everything that a user may not expect of where profiles run. */
export function assignmentChecks({
  notes,
  leftBehind,
  unassigned,
}: Pick<HostAssignment, 'notes' | 'leftBehind' | 'unassigned'>): readonly PlanCheck[] {
  return [
    ...notes.map((note) =>
      warning({
        code: 'RMA_PLAN_PLACEMENT',
        message: note,
        hint: 'to keep a profile where it runs, set hosts of placement in rma.yaml; to see the plan of each host: rma plan',
      }),
    ),
    ...[...leftBehind].flatMap(([host, profiles]) =>
      profiles.map((profile) =>
        warning({
          code: 'RMA_HOSTS_LEFT_BEHIND',
          message: `profile ${profile} may still run on host ${host}, which does not respond or is not selected`,
          hint: 'to remove it there, run the command for all hosts when they respond: rma up',
          details: { host, profile },
        }),
      ),
    ),
    ...unassigned.map((profile) =>
      warning({
        code: 'RMA_HOSTS_UNASSIGNED',
        message: `profile ${profile} runs on fewer hosts than requested: a host that could run it does not respond or is not selected`,
        hint: shell`run this for all hosts when they respond: rma up --profile ${profile}`,
        details: { profile },
      }),
    ),
  ];
}

/** Returns a warning if the clock of a host is off. @param offsetMs how far it is ahead of this machine, milliseconds */
export function clockChecks(host: string, offsetMs: number): readonly PlanCheck[] {
  if (Math.abs(offsetMs) <= MAX_CLOCK_MS) return [];
  return [
    warning({
      code: 'RMA_HOST_CLOCK',
      message: `host ${host}: its clock is ${clockText(offsetMs)} this machine`,
      hint: shell`synchronize it: rma hosts exec --host ${host} -- sudo timedatectl set-ntp true`,
      details: { host },
    }),
  ];
}

/** Returns how far a clock is off: `1h 06m ahead of`. */
export function clockText(offsetMs: number): string {
  const seconds = Math.round(Math.abs(offsetMs) / 1000);
  return `${formatDuration(seconds)} ${offsetMs > 0 ? 'ahead of' : 'behind'}`;
}

function warning(
  check: Pick<PlanCheck, 'code' | 'message' | 'hint'> & Partial<Pick<PlanCheck, 'details'>>,
): PlanCheck {
  return { level: 'warning', exitCode: EXIT.ok, details: {}, ...check };
}
