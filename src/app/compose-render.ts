import { imageKey } from '../core/docker/image-reference.ts';
import type { Host } from '../ports/host.ts';
import type { Invocation } from '../ports/invocation.ts';
import { makeDesired, type Wanted } from './desired/make-desired.ts';
import { placeServices } from './desired/place-services.ts';
import { readWish, type WishRequest } from './desired/read-request.ts';
import { writeSecret } from './desired/secrets.ts';
import { step } from './desired/step.ts';
import { projectContainers } from './observe/project-containers.ts';
import { projectFiles } from './observe/project-files.ts';

export type RenderRequest = WishRequest;

/** The Compose file as `up` would write it. Needs no Docker. @throws RmaError of the data (2) or the hubs */
export async function renderFile(
  host: Pick<Host, 'name' | 'engine' | 'gpus' | 'facts' | 'files' | 'ports' | 'caller'>,
  invocation: Omit<Invocation, 'clock'>,
  request: RenderRequest,
): Promise<string> {
  return (await rendered(host, invocation, request)).desired.stack.text;
}

/** Whether the file that `up` wrote is the one it would write now. */
export async function compareCompose(
  host: Pick<Host, 'name' | 'engine' | 'gpus' | 'facts' | 'files' | 'ports' | 'caller'>,
  invocation: Omit<Invocation, 'clock'>,
  request: RenderRequest,
): Promise<{ readonly file: string; readonly same: boolean }> {
  const file = projectFiles(request.config).compose;
  return { file, same: (await host.files.read(file)) === (await renderFile(host, invocation, request)) };
}

/** Writes the Compose file with its secrets into a directory and builds the image it names; gives the file's path. */
export async function writeStack(
  host: Pick<Host, 'name' | 'engine' | 'docker' | 'gpus' | 'facts' | 'files' | 'ports' | 'caller'>,
  invocation: Omit<Invocation, 'clock'>,
  { directory, ...request }: RenderRequest & { readonly directory: string },
): Promise<string> {
  const config = { ...request.config, stateDir: directory };
  const { desired, secrets } = await rendered(host, invocation, { ...request, directory });
  const { tag, base } = desired.workerImage;
  if (!(await host.engine.images()).has(imageKey(tag))) {
    await step(invocation, 'building the worker image', () =>
      host.docker.build(tag, invocation.workerImage.context, base, invocation.signal),
    );
  }
  const files = projectFiles(config);
  for (const [name, value] of secrets) await writeSecret(host, config, { name, value });
  await host.files.write(files.compose, desired.stack.text, 0o644);
  return files.compose;
}

/** Ports that running containers hold are found when Docker answers; without Docker the usual ones stand. */
async function rendered(
  host: Pick<Host, 'name' | 'engine' | 'gpus' | 'facts' | 'files' | 'ports' | 'caller'>,
  invocation: Omit<Invocation, 'clock'>,
  { directory, ...request }: RenderRequest & { readonly directory?: string },
): Promise<Wanted> {
  const wish = await readWish(host, invocation, request);
  const containers = await projectContainers(host, request.config.project).catch(() => []);
  const { config, profiles } = request;
  const placed = await placeServices(host, invocation, {
    config,
    wish,
    profiles,
    containers,
    withoutDocker: true,
  });
  return makeDesired(host, invocation, {
    ...request,
    wish,
    placed,
    containers,
    ...(directory !== undefined && { directory }),
  });
}
