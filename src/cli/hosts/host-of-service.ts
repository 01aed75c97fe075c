import { onHosts } from '../../app/hosts/project-host.ts';
import { projectContainers } from '../../app/observe/project-containers.ts';
import { EXIT, RmaError } from '../../core/errors.ts';
import { unknownService } from '../../core/unknown-service.ts';
import type { Context } from '../context/context.ts';
import { hostContext } from './on-each-host.ts';

/**
 * Returns the context of the selected host that has a service; the one of the command for a project without named hosts.
 * @throws RmaError RMA_HOST_CHOOSE (2) if several have it, RMA_SERVICE_UNKNOWN (2), the fault of a host that may have it
 */
export async function hostOfService(context: Context, service: string): Promise<Context> {
  const names = await context.selectedHosts();
  if (names === null) return context;
  const results = await onHosts(names, async (name) => {
    const { host, config } = await context.projectHost(name);
    return (await projectContainers(host, config.project)).map((container) => container.service);
  });
  const having = results.flatMap((each) => (each.ok && each.value.includes(service) ? [each.host] : []));
  const [name, ...others] = having;
  if (name !== undefined && others.length === 0) return hostContext(context, name);
  if (name !== undefined) throw chooseHost(service, having);
  for (const result of results) if (!result.ok) throw result.error;
  throw unknownService(
    service,
    results.flatMap((each) => (each.ok ? each.value : [])),
  );
}

function chooseHost(service: string, hosts: readonly string[]): RmaError {
  return new RmaError('RMA_HOST_CHOOSE', `${service} runs on ${hosts.join(', ')}`, {
    exitCode: EXIT.usage,
    hint: `choose one: --host ${hosts[0] ?? 'NAME'}`,
  });
}
