import { EXIT, RmaError } from '../errors.ts';
import { unknownWord } from '../nearest.ts';
import { type KubernetesInput, namespaceOf, servicesOf } from './kubernetes-input.ts';
import { checkModelsImage } from './models-image.ts';

/** Names of Services: DNS labels that begin with a letter. */
const SERVICE_NAME = /^[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;
const NAMESPACE = /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/;
const LABEL_VALUE = /^[A-Za-z0-9]([\w.-]{0,61}[A-Za-z0-9])?$/;

/**
 * Checks what Kubernetes would reject.
 * @throws RmaError RMA_KUBERNETES_NAME, RMA_KUBERNETES_SERVICE, RMA_KUBERNETES_MODELS_IMAGE, RMA_KUBERNETES_OWNER (2)
 */
export function checkInput(input: KubernetesInput): void {
  checkNames(input);
  checkReplicas(input);
  checkModelsImage(input);
  if (input.owner.uid !== 0) return;
  throw new RmaError(
    'RMA_KUBERNETES_OWNER',
    `the owner of the store is ${input.owner.uid}:${input.owner.gid}, but pods do not run as root`,
    { exitCode: EXIT.usage, hint: 'use another owner: --owner 1000:1000' },
  );
}

function checkNames({ fleet, settings }: KubernetesInput): void {
  const { project, services } = fleet;
  const service = services.find(({ name }) => !SERVICE_NAME.test(name));
  if (service !== undefined) {
    throw invalidName(
      `the service name ${service.name}`,
      'rename its profile: the name must begin with a letter and have at most 63 characters',
    );
  }
  if (!LABEL_VALUE.test(project))
    throw invalidName(`the project name ${project}`, 'use another name: --project NAME');
  const namespace = namespaceOf(project, settings);
  if (!NAMESPACE.test(namespace))
    throw invalidName(`the namespace ${namespace}`, 'use another name: --namespace NAME');
}

function invalidName(what: string, hint: string): RmaError {
  return new RmaError('RMA_KUBERNETES_NAME', `${what} is not valid on Kubernetes`, {
    exitCode: EXIT.usage,
    hint,
  });
}

function checkReplicas(input: KubernetesInput): void {
  const engines = servicesOf(input, 'engine')
    .map(({ name }) => name)
    .sort();
  const unknown = Object.keys(input.settings.replicas).find((name) => !engines.includes(name));
  if (unknown === undefined) return;
  throw new RmaError(
    'RMA_KUBERNETES_SERVICE',
    `kubernetes.replicas: ${unknownWord('service', unknown, engines)}`,
    {
      exitCode: EXIT.usage,
      hint: 'use an engine service of the chosen profiles',
    },
  );
}
