import { versions } from 'node:process';
import { formatBytes } from '../../core/units.ts';
import { RMA_VERSION } from '../../core/version.ts';
import type { Context } from '../context/context.ts';
import type { CommandResult } from '../define-command.ts';

/** Shows the versions; Docker and Compose are "not found" if they do not respond. */
export async function showVersions(_input: object, context: Context): Promise<CommandResult> {
  const { docker, dockerApi, compose, system, memory } = await context.hostVersions();
  const { os, kernel, architecture, cores } = system;
  const rows: readonly (readonly [string, string | null])[] = [
    ['rma', RMA_VERSION],
    ['node', versions.node],
    ['docker', docker === null || dockerApi === null ? docker : `${docker} (API ${dockerApi})`],
    ['compose', compose],
    ['os', os],
    ['kernel', `${kernel} (${architecture})`],
    ['host', `${cores} cores, ${formatBytes(memory.totalBytes)} of RAM`],
  ];
  return {
    json: {
      schema: 'rma.version/v1',
      rma: RMA_VERSION,
      node: versions.node,
      docker,
      dockerApi,
      compose,
      os,
      kernel,
      architecture,
      cores,
      memoryBytes: memory.totalBytes,
    },
    human: ({ dim }) =>
      rows.map(([name, version]) => `${name.padEnd(9)}${version ?? dim('not found')}`).join('\n'),
  };
}
