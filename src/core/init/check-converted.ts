import { NOTHING_RECORDED } from '../config/recorded-project.ts';
import { resolveConfig } from '../config/resolve-config.ts';
import type { Catalog } from '../domain/profile.ts';
import { EXIT, RmaError } from '../errors.ts';
import { parseProfile } from '../profile/parse-profile.ts';
import { profileSchema } from '../profile/profile-schema.ts';
import type { ImportedFiles } from './write-imported.ts';

const PROFILE = /^profiles\/(.+)\.yaml$/;
/** As rma reads names of profiles. */
const NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;

/**
 * Checks that rma accepts the converted files: a Compose file can have values that rma does not support.
 * @throws RmaError RMA_COMPOSE_IMPORT (2) with every fault
 */
export function checkConverted(files: ImportedFiles, catalog: Catalog): void {
  const faults = [...files].flatMap(([path, text]) => {
    const name = PROFILE.exec(path)?.[1];
    return name === undefined ? settingsFaults(text) : profileFaults({ path, name, text }, catalog);
  });
  if (faults.length === 0) return;
  throw new RmaError('RMA_COMPOSE_IMPORT', `rma does not support all values:\n${faults.join('\n')}`, {
    exitCode: EXIT.usage,
    hint: 'change these values in the Compose file; nothing was written',
  });
}

function profileFaults(
  { path, name, text }: { readonly path: string; readonly name: string; readonly text: string },
  catalog: Catalog,
): readonly string[] {
  const { faults } = parseProfile({ file: path, text }, name, profileSchema(catalog));
  const inName = NAME.test(name) ? [] : [`"${name}" is not a valid name for a profile`];
  return [...inName, ...faults.map(({ message }) => `${path}: ${message}`)];
}

function settingsFaults(text: string): readonly string[] {
  try {
    resolveConfig({
      file: { text, name: 'rma.yaml', dir: '/' },
      flags: new Map(),
      env: {},
      cwd: '/',
      home: '/',
      profilesDir: null,
      enginesDir: null,
      hfAuthFile: null,
      recorded: NOTHING_RECORDED,
    });
    return [];
  } catch (error) {
    if (error instanceof RmaError) return [error.message];
    throw error;
  }
}
