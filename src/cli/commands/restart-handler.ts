import { planRestart, restart } from '../../app/restart.ts';
import type { RmaConfig } from '../../core/domain/config.ts';
import type { Plan } from '../../core/plan/plan-types.ts';
import type { Context } from '../context/context.ts';
import type { CommandResult } from '../define-command.ts';
import { joinResults } from '../hosts/join-results.ts';
import { renderPlan, reportPlan } from '../render/plan.ts';

interface RestartInput {
  readonly service: readonly string[];
  readonly dryRun: boolean;
  /** seconds */
  readonly waitTimeout: number;
}

export async function runRestart(input: RestartInput, context: Context): Promise<CommandResult> {
  const { config } = await context.config();
  const invocation = await context.invocation();
  const options = { services: input.service, waitSeconds: input.waitTimeout };
  const { dryRun } = input;
  const show = (plan: Plan) => reportPlan(invocation, plan);
  const selected = await context.selectedHosts();
  if (selected !== null) {
    const { planRestartHosts, restartHosts } = await import('../../app/restart-hosts.ts');
    const request = { ...options, config, selected, open: context.projectHost };
    const { hosts } = dryRun
      ? await planRestartHosts(invocation, request)
      : await restartHosts(invocation, { ...request, show });
    return joinResults(
      hosts.map((each) =>
        each.ok ? { ...each, value: restartOutput(input, config, each.value.plan) } : each,
      ),
    );
  }
  const host = await context.host();
  const request = { ...options, config };
  const plan = dryRun
    ? (await planRestart(host, invocation, request)).plan
    : await restart(host, invocation, { ...request, show });
  return restartOutput(input, config, plan);
}

/** Returns what `rma restart` prints for one host. */
function restartOutput(
  input: RestartInput,
  { project }: Pick<RmaConfig, 'project'>,
  plan: Plan,
): CommandResult {
  const { dryRun } = input;
  const { operations, checks, summary } = plan;
  const restarted = restartedServices(plan);
  return {
    json: { schema: 'rma.restart/v1', project, dryRun, restarted, operations, checks, summary },
    human: (theme) => {
      if (restarted.length === 0) return nothing(input.service, project);
      return dryRun ? renderPlan(plan, theme) : `Restarted ${restarted.join(', ')}.`;
    },
    ids: restarted,
    next: nextCommand(input, restarted),
  };
}

function restartedServices({ operations }: Plan): readonly string[] {
  return operations.flatMap((operation) => (operation.kind === 'restart-service' ? [operation.service] : []));
}

function nothing(services: readonly string[], project: string): string {
  const what = services.length === 0 ? 'no service' : `none of ${services.join(', ')}`;
  return `Nothing to do: ${what} of project "${project}" has a container.`;
}

function nextCommand({ service, dryRun }: RestartInput, restarted: readonly string[]): string {
  if (restarted.length === 0) return 'rma up';
  return dryRun ? ['rma restart', ...service].join(' ') : 'rma status';
}
