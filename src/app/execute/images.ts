import type { BuildImage, PullImage, TagImage } from '../../core/plan/operation.ts';
import { step } from '../desired/step.ts';
import { buildEngineImage, buildWorkerImage } from './build-images.ts';
import type { Execution } from './execution.ts';

/** Builds, pulls or tags an image. @throws RmaError RMA_IMAGE_BUILD_FAILED, RMA_IMAGE_PULL_FAILED, RMA_IMAGE_TAG_FAILED (1) */
export async function provideImage(
  execution: Execution,
  operation: BuildImage | PullImage | TagImage,
): Promise<void> {
  switch (operation.kind) {
    case 'build-image':
      return buildImage(execution, operation);
    case 'pull-image':
      return pullImage(execution, operation);
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
