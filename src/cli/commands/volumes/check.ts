import type { VolumeRole } from '../../../core/domain/config.ts';
import { EXIT, RmaError } from '../../../core/errors.ts';
import { unknownWord } from '../../../core/nearest.ts';
import { listArgument } from '../../argument.ts';
import { defineCommand } from '../../define-command.ts';
import { VOLUME_SETTINGS } from '../../main-settings.ts';

const ROLES = ['store', 'cache'] as const satisfies readonly VolumeRole[];

export const volumesCheckCommand = defineCommand({
  path: 'volumes check',
  group: 'Models',
  summary: 'Check the store and the cache: owner, links, space, NFS options',
  description:
    'Writes, links, renames and deletes a temporary file in a container, as the user who writes there, and reads as engines do. ' +
    'Leaves nothing behind. Exits with 3 if something must be fixed.',
  examples: [
    { command: 'rma volumes check', does: 'check the store and the cache' },
    { command: 'rma volumes check store', does: 'check the store only' },
    { command: 'rma volumes check --volume host:/data/models', does: 'check a directory before using it' },
  ],
  arguments: { volume: { ...listArgument('`store` or `cache` (default: both)'), read: rolesOf } },
  options: {},
  settings: true,
  mainSettings: VOLUME_SETTINGS,
  list: false,
  hosts: 'each',
  load: async () => (await import('./check-handler.ts')).checkProjectVolumes,
});

function rolesOf(texts: readonly string[]): readonly VolumeRole[] {
  for (const text of texts) {
    if (ROLES.some((role) => role === text)) continue;
    throw new RmaError('RMA_USAGE_INVALID_VALUE', unknownWord('volume', text, ROLES), {
      exitCode: EXIT.usage,
      hint: 'rma volumes check store, or rma volumes check cache; another one: --volume SPEC',
    });
  }
  return texts.length === 0 ? ROLES : ROLES.filter((role) => texts.includes(role));
}
