import type { HostsRequest } from '../../app/plan-hosts.ts';
import type { UpInput } from '../commands/up-input.ts';
import type { Context } from '../context/context.ts';
import { pushSettings } from './push-settings.ts';

/** Returns what a plan over the selected hosts is made for, by the options of `rma up` or `rma plan`. */
export async function hostsRequest(
  input: Pick<UpInput, 'refresh' | 'removeOrphans' | 'replanLost' | 'rotate' | 'pushImages'>,
  context: Context,
  selected: readonly string[],
): Promise<HostsRequest> {
  const { config, selectedProfiles } = await context.config();
  const { refresh, removeOrphans, replanLost, rotate } = input;
  return {
    config,
    profiles: selectedProfiles ?? [],
    refresh,
    removeOrphans,
    replanLost,
    rotate,
    push: await pushSettings(input.pushImages, context),
    selected,
    open: context.projectHost,
  };
}
