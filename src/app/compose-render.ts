import type { Box } from '../ports/box.ts';
import { makeDesired, type Wanted } from './desired/make-desired.ts';
import { placeServices } from './desired/place-services.ts';
import { readWish, type WishRequest } from './desired/read-request.ts';
import { writeSecret } from './desired/secrets.ts';
import { step } from './desired/step.ts';
import { projectFiles } from './observe/project-files.ts';

export type RenderRequest = WishRequest;

/** The Compose file as `up` would write it. Needs no Docker. @throws RmaError of the data (2) or the hubs */
export async function renderFile(box: Box, request: RenderRequest): Promise<string> {
  return (await rendered(box, request)).desired.stack.text;
}

/** Whether the file that `up` wrote is the one it would write now. */
export async function compareCompose(
  box: Box,
  request: RenderRequest,
): Promise<{ readonly file: string; readonly same: boolean }> {
  const file = projectFiles(request.config).compose;
  return { file, same: (await box.files.read(file)) === (await renderFile(box, request)) };
}

/** Writes the Compose file with its secrets into a folder and builds the image it names; gives the file's path. */
export async function writeStack(box: Box, request: RenderRequest, folder: string): Promise<string> {
  const config = { ...request.config, stateDir: folder };
  const { desired, secrets } = await rendered(box, request, folder);
  const { tag, base } = desired.workerImage;
  if (!(await box.docker.hasImage(tag))) {
    await step(box, 'building the worker image', () =>
      box.cli.build(tag, box.image.context, base, box.signal),
    );
  }
  const files = projectFiles(config);
  for (const [name, value] of secrets) await writeSecret(box, config, name, value);
  await box.files.write(files.compose, desired.stack.text, 0o644);
  return files.compose;
}

/** Ports that running containers hold are found when Docker answers; without Docker the usual ones stand. */
async function rendered(box: Box, request: RenderRequest, folder?: string): Promise<Wanted> {
  const wish = await readWish(box, request);
  const containers = await box.docker.containers(request.config.project).catch(() => []);
  const { config, profiles } = request;
  const placed = await placeServices(box, { config, wish, profiles, containers, withoutDocker: true });
  return makeDesired(box, { ...request, wish, placed, containers, ...(folder !== undefined && { folder }) });
}
