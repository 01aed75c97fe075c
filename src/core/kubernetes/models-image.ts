import { EXIT, RmaError } from '../errors.ts';
import { shell } from '../shell-quote.ts';
import { allRefs, type KubernetesInput } from './kubernetes-input.ts';

/**
 * What mounts an image: the feature gate ImageVolume is on by default from 1.35. From 1.33, the Pod Security Standard
 * "restricted" accepts it, and `subPath` works if the container runtime supports it.
 */
export const IMAGE_VOLUMES =
  'Kubernetes 1.35 (1.33 with the feature gate ImageVolume) and containerd 2.2 or CRI-O 1.33';

/** Returns the shell commands that build and push the image with the models: a Dockerfile of two lines. */
export function imageCommands(input: KubernetesInput): readonly string[] {
  const { owner, settings } = input;
  const image = settings.modelsImage ?? 'IMAGE';
  const copy = `COPY --chown=${owner.uid}:${owner.gid} . /`;
  return [
    `rma models pull ${allRefs(input)
      .map((ref) => shell`${ref}`)
      .join(' ')} --dest ./models`,
    shell`printf '%s\\n' 'FROM scratch' ${copy} | docker build --tag ${image} --file - ./models`,
    shell`docker push ${image}`,
  ];
}

/** Checks that the image is named. @throws RmaError RMA_KUBERNETES_MODELS_IMAGE (2) */
export function checkModelsImage(input: KubernetesInput): void {
  const { strategy, modelsImage } = input.settings;
  if (strategy !== 'image' || modelsImage !== null) return;
  throw new RmaError(
    'RMA_KUBERNETES_MODELS_IMAGE',
    'the strategy image needs an image with the models, but kubernetes.models_image is not set',
    {
      exitCode: EXIT.usage,
      hint: `build one and name it with --models-image IMAGE: ${imageCommands(input).join(' && ')}`,
    },
  );
}
