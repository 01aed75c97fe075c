import { type UpResult, up } from '../../app/up.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import type { Invocation } from '../../ports/invocation.ts';
import type { Context } from '../context/context.ts';
import type { CommandResult } from '../define-command.ts';
import { refusePush } from '../hosts/push-settings.ts';
import { renderEndpoints } from '../render/endpoints.ts';
import { removalQuestion, reportPlan } from '../render/plan.ts';
import { planDocument } from '../render/plan-document.ts';
import { showBootOffer } from './boot/show-offer.ts';
import { showPlan } from './plan-handler.ts';
import { tryCommand, type UpInput } from './up-input.ts';

export async function runUp(input: UpInput, context: Context): Promise<CommandResult> {
  if (input.explain && !input.dryRun) throw explainWithoutDryRun();
  if (input.dryRun) return showPlan({ ...input, detailedExitcode: false }, context);
  const selected = await context.selectedHosts();
  if (selected !== null) {
    const { runUpOnHosts } = await import('./up-hosts-handler.ts');
    return runUpOnHosts(input, context, selected);
  }
  refusePush(input.pushImages);
  const { config, selectedProfiles } = await context.config();
  const host = await context.host();
  const invocation = await context.invocation();
  let planned = false;
  const result = await up(host, invocation, {
    ...input,
    config,
    profiles: selectedProfiles ?? [],
    waitSeconds: input.waitTimeout,
    confirm: async (plan) => context.confirm(removalQuestion(plan)),
    show: (plan) => {
      planned = true;
      reportPlan(invocation, plan);
    },
    offersBoot: showsMessages(context.globals),
  }).catch((error: unknown) => {
    throw planned ? stillRunning(invocation, error) : error;
  });
  if (result.bootOffer !== null) await showBootOffer(result.bootOffer, context);
  return {
    json: {
      ...planDocument(result.plan, result.placed, host.name),
      schema: 'rma.up/v1',
      changed: result.changed,
      endpoints: result.endpoints,
    },
    human: (theme) => `${headline(result)}\n\n${renderEndpoints(result.endpoints, theme)}`,
    ids: result.endpoints.map(({ url }) => url),
    next: tryCommand(result.endpoints) ?? 'rma status',
  };
}

/** Whether messages reach a person. */
function showsMessages({ quiet, json, progress }: Context['globals']): boolean {
  return !quiet && !json && progress !== 'none' && progress !== 'json';
}

function explainWithoutDryRun(): RmaError {
  return new RmaError('RMA_USAGE_INVALID', '--explain requires --dry-run', {
    exitCode: EXIT.usage,
    hint: 'rma up --dry-run --explain, or rma plan --explain',
  });
}

/** Adds to the error of a signal that the started services keep running; returns any other error as it is. */
function stillRunning({ signal }: Pick<Invocation, 'signal'>, error: unknown): unknown {
  const { reason } = signal;
  if (!signal.aborted || !(reason instanceof RmaError)) return error;
  return new RmaError(reason.code, reason.message, {
    exitCode: reason.exitCode,
    hint: 'started services keep running: see rma status; rma up waits for them again, rma down stops them',
  });
}

function headline({ changed }: UpResult): string {
  return changed ? 'Ready.' : 'No changes. All services are ready.';
}
