import { planUp } from '../../app/plan-up.ts';
import { throwOnFault } from '../../app/throw-on-fault.ts';
import { checkDirectories } from '../../app/up.ts';
import { EXIT } from '../../core/errors.ts';
import type { Context } from '../context/context.ts';
import type { CommandResult } from '../define-command.ts';
import { refusePush } from '../hosts/push-settings.ts';
import { withSettings } from '../render/command-line.ts';
import { explainPlacement, renderPlacement } from '../render/placement.ts';
import { renderPlan } from '../render/plan.ts';
import { planDocument } from '../render/plan-document.ts';
import type { PlanInput } from './plan-input.ts';

export async function showPlan(input: PlanInput, context: Context): Promise<CommandResult> {
  const selected = await context.selectedHosts();
  if (selected !== null) {
    const { showPlanOfHosts } = await import('./plan-hosts-handler.ts');
    return showPlanOfHosts(input, context, selected);
  }
  refusePush(input.pushImages);
  const { config, selectedProfiles } = await context.config();
  const host = await context.host();
  const invocation = await context.invocation();
  const { refresh, removeOrphans, rotate } = input;
  const request = { config, profiles: selectedProfiles ?? [], refresh, removeOrphans, rotate };
  const planned = await planUp(host, invocation, request);
  const { plan, placed } = planned;
  throwOnFault(plan.checks);
  await checkDirectories(host, planned);
  const pending = plan.operations.length > 0;
  return {
    json: planDocument(plan, placed, host.name),
    human: (theme) => {
      const placement = input.explain ? explainPlacement(placed, theme) : renderPlacement(placed, theme);
      return [...(placement === null ? [] : [placement]), renderPlan(plan, theme)].join('\n\n');
    },
    exitCode: pending && input.detailedExitcode ? EXIT.changesPending : EXIT.ok,
    ...(pending && {
      next: withSettings('rma up', context.settings),
    }),
  };
}
