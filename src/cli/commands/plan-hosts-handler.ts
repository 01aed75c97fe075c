import { describeGroup } from '../../app/hosts/host-groups.ts';
import { type PlannedHost, type PlannedHosts, planHosts } from '../../app/plan-hosts.ts';
import { EXIT, toErrorDocument } from '../../core/errors.ts';
import { explainAssignment } from '../../core/hosts/explain-assignment.ts';
import type { Context } from '../context/context.ts';
import type { CommandResult } from '../define-command.ts';
import { hostsRequest } from '../hosts/hosts-request.ts';
import { assignmentText } from '../render/assignment.ts';
import { withSettings } from '../render/command-line.ts';
import { explainPlacement, renderPlacement } from '../render/placement.ts';
import { placementDocument } from '../render/placement-document.ts';
import { renderChecks, renderPlan, summaryLine } from '../render/plan.ts';
import type { Theme } from '../render/theme.ts';
import type { PlanInput } from './plan-input.ts';

/** Shows what `up` would do on the hosts that rma.yaml names. */
export async function showPlanOfHosts(
  input: PlanInput,
  context: Context,
  selected: readonly string[],
): Promise<CommandResult> {
  const request = await hostsRequest(input, context, selected);
  const planned = await planHosts(await context.invocation(), request);
  const { plan, hosts, faults, groups } = planned;
  const [fault] = faults.values();
  if (hosts.length === 0 && fault !== undefined) throw fault;
  const pending = plan.operations.length > 0;
  const { operations, checks, summary } = plan;
  const assignment = input.explain ? explainAssignment(planned.assignRequest, planned.assignment) : [];
  return {
    json: {
      schema: 'rma.plan/v1',
      hosts: [
        ...hosts.map(({ host, planned: own }) => ({
          host: host.name,
          ...placementDocument(own.placed, host.name),
        })),
        ...[...faults].map(([host, error]) => ({ host, error: toErrorDocument(error) })),
      ],
      ...(input.explain && { assignment }),
      ...(groups.length > 0 && { groups }),
      operations,
      checks,
      summary,
    },
    human: (theme) =>
      [
        ...(assignment.length === 0 ? [] : [assignmentText(assignment, theme)]),
        text(planned, input, theme),
      ].join('\n\n'),
    failures: [...faults.values()],
    exitCode: exitCodeOf(pending && input.detailedExitcode, faults.size),
    ...(pending && {
      next: withSettings(input.replanLost ? 'rma up --replan-lost' : 'rma up', context.settings),
    }),
  };
}

function exitCodeOf(pending: boolean, faults: number): number {
  if (faults > 0) return EXIT.partial;
  return pending ? EXIT.changesPending : EXIT.ok;
}

function text({ plan, hosts, groups, checks }: PlannedHosts, { explain }: PlanInput, theme: Theme): string {
  return [
    ...hosts.map((host) => hostText(host, explain, theme)),
    ...(groups.length === 0 ? [] : [groups.map(describeGroup).join('\n')]),
    ...(checks.length === 0 ? [] : [renderChecks(checks, theme).join('\n')]),
    `${theme.bold('All hosts')}: ${summaryLine(plan, 'hosts')}`,
  ].join('\n\n');
}

function hostText({ host, planned }: PlannedHost, explain: boolean, theme: Theme): string {
  const { placed, plan } = planned;
  const placement = explain ? explainPlacement(placed, theme) : renderPlacement(placed, theme);
  return [theme.bold(host.name), ...(placement === null ? [] : [placement]), renderPlan(plan, theme)].join(
    '\n',
  );
}
