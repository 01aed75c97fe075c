import type { BuildImage, PullImage } from '../../core/plan/operation.ts';
import { step } from '../desired/step.ts';
import { buildEngineImage, buildWorkerImage } from './build-images.ts';
import type { Execution } from './execution.ts';

/** Builds the worker image, or that of an engine. @throws RmaError RMA_IMAGE_BUILD_FAILED (1) */
export async function buildImage(
  { host, invocation, signal }: Execution,
  { tag, base, context }: BuildImage,
): Promise<void> {
  const here = { ...invocation, signal };
  if (context === undefined) await buildWorkerImage(host, here, { tag, base });
  else await buildEngineImage(host, here, { tag, context });
}

/** Pulls an image. @throws RmaError RMA_IMAGE_PULL_FAILED (1) */
export async function pullImage(
  { host, invocation, payload, signal }: Execution,
  { image, digest }: PullImage,
): Promise<void> {
  const isBase = image === payload.config.images.workerBase;
  const option = isBase ? '--worker-base IMAGE' : '--image ENGINE=IMAGE';
  await step(invocation, `pulling ${image}`, () =>
    host.docker.pull({ image, option, ...(digest !== undefined && { digest }) }, signal),
  );
}
