import { endingWith } from '../domain/engine-users.ts';
import type { ObservedContainer } from '../domain/observed.ts';
import { connect } from './connect.ts';
import type { Step } from './operation.ts';
import { orderBy } from './order.ts';
import { planDrains } from './plan-drains.ts';
import type { ServiceStep } from './plan-services.ts';
import type { Plan } from './plan-types.ts';
import { summarise } from './summarise.ts';
import { usesOf } from './uses.ts';

/** What `down` looks at before it plans. */
export interface DownInput {
  readonly host: string;
  readonly project: string;
  /** profiles to take down; null: the whole project */
  readonly profiles: readonly string[] | null;
  /** all containers of the project */
  readonly containers: readonly ObservedContainer[];
  /** whether a network of the project exists */
  readonly hasNetwork: boolean;
  /** the directory with copies of the secrets; null when it does not exist */
  readonly secrets: string | null;
  /** the state file, when the profiles that it remembers change; else null */
  readonly stateFile: string | null;
}

/**
 * Returns everything that happens when a project or some of its profiles are taken down: workers drain and go, then the
 * engines that no other worker uses; with the last worker also the coordinator, the network and the secrets. Volumes stay.
 */
export function planDown(input: DownInput): Plan {
  const { containers, profiles, host } = input;
  const ending = profiles === null ? containers : endingWith(profiles, containers);
  const removals = ['worker', 'engine', 'coordinator'].flatMap((role) =>
    ending.filter((container) => container.role === role).map(removal),
  );
  const { drains } = planDrains(removals, containers);
  const nothingLeft = ending.length === containers.length;
  const steps: readonly Step[] = [
    ...drains,
    ...removals,
    ...(nothingLeft ? leftovers(input) : []),
    ...(input.stateFile === null ? [] : [forgetProfiles(input.stateFile)]),
  ];
  const order = orderBy(usesOf([], containers, steps));
  const operations = connect(steps, host, (step, other) =>
    step.kind === 'write-file'
      ? other.kind === 'remove-service'
      : other.kind !== 'write-file' && order(step, other),
  );
  return { operations, checks: [], summary: summarise(operations, null) };
}

function removal({ service, role, profile }: ObservedContainer): ServiceStep {
  const cause = profile === null ? 'no workers remain' : `profile ${profile} is being removed`;
  return { kind: 'remove-service', service, role, cause, destructive: false };
}

function leftovers({ hasNetwork, secrets, project }: DownInput): readonly Step[] {
  const cause = 'no services remain';
  return [
    ...(hasNetwork ? [{ kind: 'remove-network', project, cause, destructive: false } as const] : []),
    ...(secrets === null
      ? []
      : [{ kind: 'remove-secrets', path: secrets, cause, destructive: false } as const]),
  ];
}

function forgetProfiles(path: string): Step {
  const cause = 'the project no longer has these profiles';
  return { kind: 'write-file', path, change: 'update', cause, destructive: false };
}
