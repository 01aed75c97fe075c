import { CA_SECRET, COORDINATOR_KEY_SECRET, secretPath } from '../domain/secret-names.ts';
import { apiKeyCommand } from '../fleet/api-key-command.ts';
import type { ServiceSpec } from '../fleet/service-spec.ts';
import { MAIN_SOURCES } from '../source/sources.ts';
import { workerId } from '../worker-id.ts';
import { type KubernetesInput, NAME, namespaceOf, servicesOf } from './kubernetes-input.ts';
import type { ManifestMapping, ManifestValue } from './manifest.ts';

/** The name of the cluster as a host, in the registrations of workers. */
export const CLUSTER_HOST = 'kubernetes';

export const SECRETS_MOUNT: ManifestMapping = {
  name: 'secrets',
  mountPath: secretPath('').replace(/\/$/, ''),
  readOnly: true,
};

/** Returns a volume with these secrets as files, as Compose mounts them; null without any. */
export function secretsVolume(
  { settings }: KubernetesInput,
  names: readonly string[],
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
  return { name: 'secrets', projected: { sources } };
}

/** Returns the shell commands that create the Secrets, which an export never contains: all, or only those for downloads. */
export function secretCommands(input: KubernetesInput, use: 'all' | 'downloads'): readonly string[] {
  const namespace = namespaceOf(input.fleet.project, input.settings);
  const names = [...new Set(input.fleet.services.flatMap(({ secrets }) => secrets))].sort();
  const tokens = hubTokens(names);
  const others = names.filter((name) => tokens.every(({ secret }) => secret !== name));
  const required = others.filter((name) => use === 'all' || name === CA_SECRET);
  return [
    ...(required.length === 0
      ? []
      : secretCommand(
          namespace,
          NAME.secret,
          required.map((name) => secretOption(input, name)),
        )),
    ...tokens.flatMap(({ environment }) => [
      '# only for models that require a token',
      ...secretCommand(namespace, input.settings.hubSecret, [`--from-file=${environment}=TOKEN_FILE`]),
    ]),
  ];
}

function hubTokens(names: readonly string[]) {
  return MAIN_SOURCES.flatMap(({ token }) => (token !== null && names.includes(token.secret) ? [token] : []));
}

function secretCommand(namespace: string, name: string, values: readonly string[]): readonly string[] {
  const usesKey = values.some((value) => value.includes('$key'));
  const usesToken = values.some((value) => value.includes('$(token '));
  return [
    ...(usesKey ? ['key=$(openssl rand -hex 32)'] : []),
    ...(usesToken
      ? [
          `token() { printf 'rma-worker/v1:${CLUSTER_HOST}/%s' "$1" | openssl dgst -sha256 -hmac "$key" -r | cut -d ' ' -f 1; }`,
        ]
      : []),
    [
      `kubectl create secret generic ${name} --namespace ${namespace}`,
      ...values.map((value) => `  ${value}`),
    ].join(' \\\n'),
  ];
}

/** Returns the option of `kubectl create secret` for a secret. A worker's token is derived from the coordinator's key. */
function secretOption(input: KubernetesInput, name: string): string {
  if (name === COORDINATOR_KEY_SECRET) return `--from-literal=${name}="$key"`;
  const apiKey = apiKeyCommand(input.fleet.services, name);
  if (apiKey !== null) return `--from-literal=${name}="$(${apiKey})"`;
  const worker = servicesOf(input, 'worker').find(({ profile }) => name === `worker_token_${profile?.name}`);
  const own = input.fleet.services.some(({ role }) => role === 'coordinator');
  if (worker === undefined || !own) return `--from-file=${name}=FILE`;
  return `--from-literal=${name}="$(token ${idOf(input, worker)})"`;
}

function idOf({ fleet }: KubernetesInput, { profile }: ServiceSpec): string {
  return workerId(CLUSTER_HOST, fleet.project, profile?.name ?? '');
}
