import type { SelectedProfile } from '../domain/selection.ts';
import { LABEL } from '../labels.ts';
import type { RenderInput } from './render-input.ts';
import type { ComposeMapping } from './service-draft.ts';

/** What every service has: restarts, no rights, bounded logs. */
export const COMMON_KEYS: ComposeMapping = {
  restart: 'unless-stopped',
  cap_drop: ['ALL'],
  security_opt: ['no-new-privileges:true'],
  logging: { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '3' } },
};

/**
 * Keeps GPUs out of a container that was given none, on hosts whose default runtime is `nvidia`: there an image made
 * for CUDA would get them all.
 */
export const NO_GPU: Readonly<Record<string, string>> = { NVIDIA_VISIBLE_DEVICES: 'void' };

/** The labels by which the service is found again. */
export function serviceLabels(
  input: RenderInput,
  service: string,
  profile: SelectedProfile | null,
  refs: readonly string[],
): Record<string, string> {
  return {
    [LABEL.project]: input.config.project,
    [LABEL.service]: service,
    ...(profile === null ? {} : { [LABEL.profile]: profile.name, [LABEL.variant]: profile.variant }),
    ...(refs.length === 0 ? {} : { [LABEL.models]: refs.join(' ') }),
  };
}

/** A port of the host, bound to the address of the settings only: Docker's ports bypass the firewall of the host. */
export function publishedPort(input: RenderInput, service: string, container: number): string {
  const { bind } = input.config;
  const address = bind.includes(':') ? `[${bind}]` : bind;
  return `${address}:${hostPort(input, service)}:${container}`;
}

/** Where users and other hosts reach the published port. A wildcard address is no destination: the host's name is. */
export function publishedUrl(input: RenderInput, service: string): string {
  const { bind } = input.config;
  const wildcard = bind === '0.0.0.0' || bind === '::';
  const name = wildcard ? input.host : bind.includes(':') ? `[${bind}]` : bind;
  return `http://${name}:${hostPort(input, service)}`;
}

export function hostPort(input: RenderInput, service: string): number {
  const port = input.ports.get(service);
  if (port === undefined) throw new Error(`no port was chosen for ${service}`);
  return port;
}

/** The mapping with sorted keys. */
export function sorted(mapping: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(mapping).sort(([a], [b]) => (a < b ? -1 : 1)));
}
