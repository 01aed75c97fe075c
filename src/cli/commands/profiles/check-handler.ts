import { resolve } from 'node:path';
import { checkProfiles } from '../../../app/data/check-profiles.ts';
import type { OwnDirectories } from '../../../core/domain/config.ts';
import type { DataOrigin } from '../../../core/domain/profile.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';

/** @throws RmaError RMA_DATA_INVALID, RMA_DATA_UNREADABLE (2) with every fault, and as checkProfiles */
export async function runProfilesCheck(
  { file: extra }: { readonly file: string | null },
  context: Context,
): Promise<CommandResult> {
  const { config } = await context.config();
  const invocation = await context.invocation();
  const file = extra === null ? null : resolve(context.cwd, extra);
  const catalog = await checkProfiles(await context.host(), invocation, { config, file });
  const { profiles, engines, origins, engineOrigins } = catalog;
  const own = ownFiles(origins);
  const ownEngines = ownFiles(engineOrigins);
  const checked = new Set([...(file === null ? [] : [file]), ...own, ...ownEngines]);
  return {
    json: {
      schema: 'rma.profiles-check/v1',
      file,
      profiles: profiles.size,
      own,
      engines: engines.size,
      ownEngines,
    },
    human: () =>
      [
        ...[...checked].map((path) => `${path}: OK`),
        ...hintOf(config),
        `${profiles.size} profiles (${own.length} custom), ${engines.size} engines (${ownEngines.length} custom). No errors.`,
      ].join('\n'),
  };
}

function ownFiles(origins: ReadonlyMap<string, DataOrigin>): readonly string[] {
  return [...origins.values()].filter(({ own }) => own).map(({ file }) => file);
}

function hintOf({ profilesDir, enginesDir }: OwnDirectories): readonly string[] {
  return profilesDir === null && enginesDir === null
    ? ['No profiles/ or engines/ directory next to rma.yaml.']
    : [];
}
