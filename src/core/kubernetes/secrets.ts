import { CA_SECRET, secretPath } from '../domain/secret-names.ts';
import { secretWords } from '../fleet/secret-words.ts';
import type { Fleet, ServiceSpec } from '../fleet/service-spec.ts';
import { MAIN_SOURCES } from '../source/sources.ts';
import { type KubernetesInput, NAME, namespaceOf } from './kubernetes-input.ts';
import type { ManifestMapping, ManifestValue } from './manifest.ts';

/** The name of the cluster as a host, in the registrations of workers. */
export const CLUSTER_HOST = 'kubernetes';

export const SECRETS_MOUNT: ManifestMapping = mountOf('secrets');
/** The key that the clients of an engine must send; its pod may also have the secrets of a download. */
export const API_KEY_MOUNT: ManifestMapping = mountOf('api-key');

function mountOf(name: string): ManifestMapping {
  return { name, mountPath: secretPath('').replace(/\/$/, ''), readOnly: true };
}

/** Returns the volume of a mount, with these secrets as files, as Compose mounts them; null without any. */
export function secretsVolume(
  { settings }: KubernetesInput,
  names: readonly string[],
  { name: volume }: ManifestMapping = SECRETS_MOUNT,
): ManifestMapping | null {
  if (names.length === 0) return null;
  const tokens = hubTokens(names);
  const others = names.filter((name) => tokens.every(({ secret }) => secret !== name));
  const sources: ManifestValue[] = [];
  if (tokens.length > 0) {
    const items = tokens.map(({ environment, secret }) => ({ key: environment, path: secret }));
    sources.push({ secret: { name: settings.hubSecret, optional: true, items } });
  }
  if (others.length > 0) {
    sources.push({ secret: { name: NAME.secret, items: others.map((name) => ({ key: name, path: name })) } });
  }
  return { name: volume, projected: { sources } } as ManifestMapping;
}

/** Returns the shell commands that create the Secrets, which an export never contains: all, or only those for downloads. */
export function secretCommands(input: KubernetesInput, use: 'all' | 'downloads'): readonly string[] {
  const { fleet, settings } = input;
  const namespace = namespaceOf(fleet.project, settings);
  const names = [...new Set(fleet.services.flatMap(({ secrets }) => secrets))].sort();
  const tokens = hubTokens(names);
  const others = names.filter((name) => tokens.every(({ secret }) => secret !== name));
  const required = others.filter((name) => use === 'all' || name === CA_SECRET);
  return [
    ...(required.length === 0 ? [] : ownSecret(fleet, namespace, required)),
    ...(settings.strategy === 'image' ? [] : tokens).flatMap(({ environment }) => [
      '# only for models that require a token',
      secretCommand(namespace, settings.hubSecret, [`--from-file=${environment}=TOKEN_FILE`]),
    ]),
  ];
}

/** Returns the commands for the Secrets of some engines, and of the Job that fills the claim, without those of other services. */
export function engineSecretCommands(
  input: KubernetesInput,
  engines: readonly ServiceSpec[],
): readonly string[] {
  const { fleet, settings } = input;
  const workers = settings.strategy === 'pvc' ? fleet.services.filter(({ role }) => role === 'worker') : [];
  const downloaders = workers.map((spec) => ({ ...spec, secrets: spec.secrets.filter(isForDownload) }));
  return secretCommands({ ...input, fleet: { ...fleet, services: [...engines, ...downloaders] } }, 'all');
}

function isForDownload(name: string): boolean {
  return name === CA_SECRET || hubTokens([name]).length > 0;
}

function hubTokens(names: readonly string[]) {
  return MAIN_SOURCES.flatMap(({ token }) => (token !== null && names.includes(token.secret) ? [token] : []));
}

function ownSecret(fleet: Fleet, namespace: string, names: readonly string[]): readonly string[] {
  const { setup, words } = secretWords(fleet, CLUSTER_HOST, names);
  const options = names.map((name) => {
    const word = words.get(name);
    return word === undefined ? `--from-file=${name}=FILE` : `--from-literal=${name}=${word}`;
  });
  return [...setup, secretCommand(namespace, NAME.secret, options)];
}

function secretCommand(namespace: string, name: string, options: readonly string[]): string {
  return [
    `kubectl create secret generic ${name} --namespace ${namespace}`,
    ...options.map((option) => `  ${option}`),
  ].join(' \\\n');
}
