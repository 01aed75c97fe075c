import { previewRollback, rollback } from '../../app/rollback.ts';
import type { Context } from '../context/context.ts';
import type { CommandResult } from '../define-command.ts';
import { removalQuestion, renderPlan, reportPlan } from '../render/plan.ts';

interface RollbackInput {
  readonly n: number | null;
  readonly dryRun: boolean;
  /** seconds */
  readonly waitTimeout: number;
}

export async function runRollback(input: RollbackInput, context: Context): Promise<CommandResult> {
  const { config } = await context.config();
  const host = await context.host();
  const invocation = await context.invocation();
  const { dryRun } = input;
  const request = { config, number: input.n };
  const result = dryRun
    ? await previewRollback(host, invocation, request)
    : await rollback(host, invocation, {
        ...request,
        waitSeconds: input.waitTimeout,
        confirm: async (plan) => context.confirm(removalQuestion(plan)),
        show: (plan) => reportPlan(invocation, plan),
      });
  const { number, plan } = result;
  const { operations, checks, summary } = plan;
  const changed = operations.length > 0;
  return {
    json: {
      schema: 'rma.rollback/v1',
      project: config.project,
      entry: number,
      dryRun,
      changed: changed && !dryRun,
      operations,
      checks,
      summary,
    },
    human: (theme) => {
      if (!changed) return `Nothing to do: the project is in the state of entry ${number}.`;
      if (dryRun) return `Rollback to entry ${number}:\n\n${renderPlan(plan, theme)}`;
      return `Rolled back to entry ${number}. rma.yaml is unchanged: the next rma up applies it again.`;
    },
    ids: [String(number)],
    ...(changed && { next: dryRun ? `rma rollback ${number}` : 'rma status' }),
  };
}
