import type { ProjectOnHost } from '../../app/hosts/responding-hosts.ts';
import type { Context } from '../context/context.ts';

/**
 * Returns where a command about the whole project works: the selected hosts that respond, of which the first one has the images and
 * the store; this machine for a project without named hosts. @throws RmaError the fault of the first host if none responds
 */
export async function projectOnHosts(
  context: Context,
): Promise<readonly [ProjectOnHost, ...ProjectOnHost[]]> {
  const [{ config }, selected] = await Promise.all([context.config(), context.selectedHosts()]);
  if (selected === null) return [{ host: await context.host(), config }];
  const { respondingHosts } = await import('../../app/hosts/responding-hosts.ts');
  return respondingHosts({ config, selected, open: context.projectHost });
}
