import { downResult } from '../../app/down.ts';
import { downHosts, planDownHosts } from '../../app/down-hosts.ts';
import { type HostResult, onHosts } from '../../app/hosts/project-host.ts';
import type { PlannedDown } from '../../app/plan-down.ts';
import type { Context } from '../context/context.ts';
import type { CommandResult } from '../define-command.ts';
import { joinResults } from '../hosts/join-results.ts';
import { reportPlan } from '../render/plan.ts';
import { type DownInput, downOutput, forgetModels, nextCommand } from './down-output.ts';

/** Runs `down` on the hosts that rma.yaml names. Exit code 8 if some of them failed. */
export async function runDownOnHosts(
  input: DownInput,
  context: Context,
  selected: readonly string[],
): Promise<CommandResult> {
  const { dryRun, forget } = input;
  const { config, selectedProfiles } = await context.config();
  const invocation = await context.invocation();
  const request = { config, profiles: selectedProfiles ?? [], selected, open: context.projectHost };
  const { hosts } = dryRun
    ? await planDownHosts(invocation, request)
    : await downHosts(invocation, { ...request, show: (plan) => reportPlan(invocation, plan, 'hosts') });
  const results = new Map(hosts.map((each) => [each.host, each]));
  const joined = joinResults(
    await onHosts(selected, async (name) => {
      const planned = requireResult(results.get(name));
      const own = await context.projectHost(name);
      const ownRequest = { config: own.config, profiles: request.profiles };
      const forgotten = forget && !dryRun ? await forgetModels(own.host, invocation, ownRequest) : null;
      return downOutput(input, ownRequest, { ...downResult(planned), forgotten });
    }),
  );
  // the hosts that failed are finished by the same command
  if (dryRun || joined.failures?.length === 0) return joined;
  return { ...joined, next: forget ? `${nextCommand(request)} --forget` : nextCommand(request) };
}

/** @throws RmaError the fault of the host */
function requireResult(result: HostResult<PlannedDown> | undefined): PlannedDown {
  if (result === undefined) throw new Error('a selected host has no result');
  if (!result.ok) throw result.error;
  return result.value;
}
