import { EXIT, RmaError } from '../errors.ts';
import type { ServiceSpec } from '../fleet/service-spec.ts';
import { sha256Hex } from '../hash.ts';
import { formatBytes } from '../units.ts';

/** The size limit of a config of Swarm, bytes. */
const MAX_BYTES = 1000 * 1024;
const FILE = /^[a-z0-9._-]+-([0-9a-f]{10})\.config$/;

/** Returns the name of the config of a service. Configs cannot change, so the name contains the hash of the content. */
export function configName({ name, configFile }: ServiceSpec): string {
  return `${name}-${hashOf(configFile?.content ?? '')}`;
}

/**
 * Returns the files of the configs by name, next to the stack file.
 * @throws RmaError RMA_SWARM_CONFIG_SIZE (5)
 */
export function configFiles(services: readonly ServiceSpec[]): ReadonlyMap<string, string> {
  return new Map(
    services.flatMap((spec) => {
      const content = spec.configFile?.content;
      if (content === undefined) return [];
      const bytes = new TextEncoder().encode(content).length;
      if (bytes > MAX_BYTES) throw tooLarge(spec.name, bytes);
      return [[fileName(spec), content] as const];
    }),
  );
}

/** Returns the name of the file with the config of a service. */
export function fileName(spec: ServiceSpec): string {
  return `${configName(spec)}.config`;
}

/** Returns whether a file is an unchanged config of an export: its name contains the hash of its content. */
export function isConfigFile(name: string, content: string): boolean {
  return FILE.exec(name)?.[1] === hashOf(content);
}

function hashOf(content: string): string {
  return sha256Hex(content).slice(0, 10);
}

function tooLarge(service: string, bytes: number): RmaError {
  return new RmaError(
    'RMA_SWARM_CONFIG_SIZE',
    `the list of model files of ${service} has ${formatBytes(bytes)}; a config of Swarm has at most ${formatBytes(MAX_BYTES)}`,
    {
      exitCode: EXIT.doesNotFit,
      hint: 'divide the models between several profiles, or select fewer files of them',
    },
  );
}
