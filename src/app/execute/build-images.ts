import { stableImageTags } from '../../core/image-tag.ts';
import { RMA_VERSION } from '../../core/version.ts';
import type { ImageBuild } from '../../ports/docker-cli.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { step } from '../desired/step.ts';

/** Builds rma's own image from its base. @throws RmaError RMA_IMAGE_BUILD_FAILED (1) */
export async function buildWorkerImage(
  { docker }: Pick<Host, 'docker'>,
  invocation: Pick<Invocation, 'workerImage' | 'reporter' | 'signal'>,
  image: Pick<ImageBuild, 'tag' | 'base'>,
): Promise<void> {
  const { context } = invocation.workerImage;
  await step(invocation, 'building the worker image', () =>
    docker.build({ ...image, aliases: stableImageTags(RMA_VERSION), context }, invocation.signal),
  );
}

/** Builds the image of an engine from a directory of the user. @throws RmaError RMA_IMAGE_BUILD_FAILED (1) */
export async function buildEngineImage(
  { docker }: Pick<Host, 'docker'>,
  invocation: Pick<Invocation, 'reporter' | 'signal'>,
  { tag, context }: Pick<ImageBuild, 'tag' | 'context'>,
): Promise<void> {
  await step(invocation, `building ${tag} from ${context}`, () =>
    docker.build({ tag, context, base: null }, invocation.signal),
  );
}
