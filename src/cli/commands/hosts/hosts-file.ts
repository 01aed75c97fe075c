import { join } from 'node:path';
import { requireYaml } from '../../../core/config/edit-hosts.ts';
import { type ConfigFault, configError } from '../../../core/config/fault.ts';
import type { RmaConfig } from '../../../core/domain/config.ts';
import { EXIT, RmaError } from '../../../core/errors.ts';
import { checkPlacement } from '../../../core/hosts/check-placement.ts';
import type { Context } from '../../context/context.ts';
import type { LoadedConfig } from '../../context/context-config.ts';

/** The rma.yaml that a command changes. */
export interface HostsFile {
  /** absolute */
  readonly path: string;
  /** empty if the file does not exist */
  readonly text: string;
  /**
   * Writes the new text, unless it has faults that the file did not have; warns about those that it keeps.
   * @throws RmaError RMA_CONFIG_INVALID, RMA_PLACEMENT_UNKNOWN (2), and the file is unchanged
   */
  readonly write: (text: string) => Promise<void>;
}

/**
 * Returns the rma.yaml in use, or a new one in the working directory. It may be invalid: removing a host can be the fix.
 * @throws RmaError RMA_CONFIG_* (2) if it cannot be read, or is not YAML
 */
export async function hostsFile(context: Context): Promise<HostsFile> {
  const file = await context.configPath();
  if (file === '-') throw notWritable();
  const { files } = await context.host();
  const path = file ?? join(context.cwd, 'rma.yaml');
  // a file that cannot be read, and settings of the command line, are reported before it is changed
  const before = await check(async () => context.config());
  const text = (await files.read(path)) ?? '';
  requireYaml(text, path);
  return {
    path,
    text,
    write: async (changed) => {
      const after = await check(async () => context.configWith({ path, text: changed }));
      const added = newFault(before, after);
      if (added !== null) throw unchanged(path, added);
      await files.write(path, changed, 0o644);
      const [kept] = after.faults;
      if (kept !== undefined) warnOf(kept.error, { path, context });
    },
  };
}

interface FileFault {
  /** the same before and after a change, which moves lines and changes the names that a message lists */
  readonly key: string;
  readonly error: RmaError;
}

interface FileCheck {
  readonly faults: readonly FileFault[];
  /** false if faults of other settings hide whether `placement` has some */
  readonly isPlacementChecked: boolean;
}

async function check(load: () => Promise<LoadedConfig>): Promise<FileCheck> {
  try {
    const { config } = await load();
    return { faults: placementFaults(config), isPlacementChecked: true };
  } catch (error) {
    if (!(error instanceof RmaError && error.code === 'RMA_CONFIG_INVALID')) throw error;
    const found = error.details?.['faults'] as readonly ConfigFault[];
    const faults = found.map((fault) => ({
      key: fault.message.split(';')[0] ?? '',
      error: configError([fault]),
    }));
    return { faults, isPlacementChecked: false };
  }
}

function placementFaults({ hosts, placement }: Pick<RmaConfig, 'hosts' | 'placement'>): readonly FileFault[] {
  const labeled = Object.entries(hosts).map(([name, { labels = {} }]) => ({ name, labels }));
  return Object.entries(placement).flatMap(([profile, entry]) => {
    try {
      // whether the profile exists does not depend on the hosts
      checkPlacement({ placement: { [profile]: entry }, hosts: labeled, profiles: [profile] });
      return [];
    } catch (error) {
      if (!(error instanceof RmaError)) throw error;
      return [{ key: `placement.${profile}`, error }];
    }
  });
}

function newFault(before: FileCheck, after: FileCheck): RmaError | null {
  if (after.isPlacementChecked && !before.isPlacementChecked) return null;
  const known = before.faults.map(({ key }) => key);
  return after.faults.find(({ key }) => !known.includes(key))?.error ?? null;
}

function unchanged(path: string, { code, message, exitCode, details }: RmaError): RmaError {
  return new RmaError(code, `${path} is unchanged; with the change it would be invalid: ${message}`, {
    exitCode,
    hint: 'fix the named setting in the file first, or choose another host',
    ...(details !== undefined && { details }),
  });
}

function warnOf({ code, message }: RmaError, { path, context }: WarningParts): void {
  const text = `${path} still has an error: ${message}`;
  context.reporter.emit({ type: 'warning', code, text, hint: 'all errors of the file: rma config show' });
}

interface WarningParts {
  readonly path: string;
  readonly context: Pick<Context, 'reporter'>;
}

function notWritable(): RmaError {
  return new RmaError('RMA_USAGE_INVALID', 'the hosts of a file from stdin cannot be changed', {
    exitCode: EXIT.usage,
    hint: 'pass the path of an rma.yaml to -f/--file',
  });
}
