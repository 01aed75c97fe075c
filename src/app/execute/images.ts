import type { BuildImage, Operation, PullImage, PushImage, TagImage } from '../../core/plan/operation.ts';
import { step } from '../desired/step.ts';
import { buildEngineImage, buildWorkerImage } from './build-images.ts';
import type { Execution } from './execution.ts';
import { pushImage } from './push-image.ts';

type ImageOperation = BuildImage | PullImage | PushImage | TagImage;

const KINDS: ReadonlySet<Operation['kind']> = new Set<ImageOperation['kind']>([
  'build-image',
  'pull-image',
  'push-image',
  'tag-image',
]);

/** Returns whether an operation provides an image. */
export function isImageOperation(operation: Operation): operation is ImageOperation {
  return KINDS.has(operation.kind);
}

/** Builds, pulls, pushes or tags an image. @throws RmaError RMA_IMAGE_BUILD_FAILED, RMA_IMAGE_PULL_FAILED, RMA_IMAGE_TAG_FAILED (1), or as pushImage */
export async function provideImage(execution: Execution, operation: ImageOperation): Promise<void> {
  switch (operation.kind) {
    case 'build-image':
      return buildImage(execution, operation);
    case 'pull-image':
      return pullImage(execution, operation);
    case 'push-image':
      return pushImage(execution, operation);
    case 'tag-image':
      return execution.host.docker.tag(operation, execution.signal);
  }
}

/** Builds the worker image, or that of an engine. */
async function buildImage(
  { host, invocation, signal }: Execution,
  { tag, base, context }: BuildImage,
): Promise<void> {
  const here = { ...invocation, signal };
  if (context === undefined) await buildWorkerImage(host, here, { tag, base });
  else await buildEngineImage(host, here, { tag, context });
}

async function pullImage(
  { host, invocation, payload, signal }: Execution,
  { image, digest }: PullImage,
): Promise<void> {
  const isBase = image === payload.config.images.workerBase;
  const option = isBase ? '--worker-base IMAGE' : '--image ENGINE=IMAGE';
  await step(invocation, `pulling ${image}`, () =>
    host.docker.pull({ image, option, ...(digest !== undefined && { digest }) }, signal),
  );
}
