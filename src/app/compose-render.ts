import { imageKey } from '../core/docker/image-reference.ts';
import type { Host } from '../ports/host.ts';
import type { Invocation } from '../ports/invocation.ts';
import { type DesiredProject, desiredState } from './desired/desired-state.ts';
import { placeServices } from './desired/place-services.ts';
import { type RequestOptions, readRequest } from './desired/read-request.ts';
import { writeSecret } from './desired/secrets.ts';
import { buildEngineImage, buildWorkerImage } from './execute/build-images.ts';
import { observeForRender } from './observe/observe-for-render.ts';
import { projectFiles } from './observe/project-files.ts';
import { withFallback } from './offline/fallback.ts';

export type RenderRequest = RequestOptions;

/** What rendering needs of a host. It contacts Docker if it is available, and to read the store if no hub responds. */
export type RenderHost = Pick<
  Host,
  'name' | 'engine' | 'docker' | 'gpus' | 'facts' | 'files' | 'localFiles' | 'ports' | 'caller'
>;

/** Returns the Compose file as `up` would write it. Needs no Docker. @throws RmaError of the data (2) or the hubs */
export async function renderFile(
  host: RenderHost,
  invocation: Omit<Invocation, 'clock'>,
  request: RenderRequest,
): Promise<string> {
  return (await render(host, invocation, request)).desired.stack.text;
}

/** Returns whether the file that `up` wrote is the one it would write now. */
export async function compareCompose(
  host: RenderHost,
  invocation: Omit<Invocation, 'clock'>,
  request: RenderRequest,
): Promise<{ readonly file: string; readonly same: boolean }> {
  const file = projectFiles(request.config).compose;
  return { file, same: (await host.files.read(file)) === (await renderFile(host, invocation, request)) };
}

/** Writes the Compose file with its secrets into a directory and builds the worker image. Returns the path of the file. */
export async function writeStack(
  host: RenderHost,
  invocation: Omit<Invocation, 'clock'>,
  { directory, ...request }: RenderRequest & { readonly directory: string },
): Promise<string> {
  const config = { ...request.config, stateDir: directory };
  const { desired, secrets } = await render(host, invocation, { ...request, directory });
  const { tag, base } = desired.workerImage;
  const images = await host.engine.images();
  if (!images.has(imageKey(tag))) await buildWorkerImage(host, invocation, { tag, base });
  for (const [image, context] of desired.stack.builds ?? [])
    if (!images.has(imageKey(image))) await buildEngineImage(host, invocation, { tag: image, context });
  const files = projectFiles(config);
  for (const [name, value] of secrets) await writeSecret(host, config, { name, value });
  await host.files.write(files.compose, desired.stack.text, 0o644);
  return files.compose;
}

async function render(
  host: RenderHost,
  invocation: Omit<Invocation, 'clock'>,
  { directory, ...options }: RenderRequest & { readonly directory?: string },
): Promise<DesiredProject> {
  const project = await readRequest(host, invocation, options);
  const snapshot = await observeForRender(host, invocation, {
    config: options.config,
    gpus: project.usesGpus,
  });
  const placed = await placeServices(withFallback(host, invocation, options), { project, snapshot });
  const place = directory === undefined ? {} : { directory };
  return desiredState(host, invocation, { project, placed, snapshot, ...place });
}
