import { join } from 'node:path';
import { EXIT, RmaError } from '../../../core/errors.ts';
import { checkPlacement } from '../../../core/hosts/check-placement.ts';
import type { Context } from '../../context/context.ts';

/** The rma.yaml that a command changes. */
export interface HostsFile {
  /** absolute */
  readonly path: string;
  /** empty if the file does not exist */
  readonly text: string;
  /** Checks the new text, then writes it. @throws RmaError RMA_CONFIG_INVALID, RMA_PLACEMENT_UNKNOWN (2), and the file is unchanged */
  readonly write: (text: string) => Promise<void>;
}

/** Returns the rma.yaml in use, or a new one in the working directory. @throws RmaError RMA_CONFIG_* (2) */
export async function hostsFile(context: Context): Promise<HostsFile> {
  // an invalid file is reported before it is changed
  const { file } = await context.config();
  if (file === '-') throw notWritable();
  const { files } = await context.host();
  const path = file ?? join(context.cwd, 'rma.yaml');
  return {
    path,
    text: (await files.read(path)) ?? '',
    write: async (text) => {
      await requireValid(context, { path, text });
      await files.write(path, text, 0o644);
    },
  };
}

async function requireValid(context: Context, file: Pick<HostsFile, 'path' | 'text'>): Promise<void> {
  try {
    const { config } = await context.configWith(file);
    const hosts = Object.entries(config.hosts).map(([name, { labels = {} }]) => ({ name, labels }));
    // whether its profiles exist does not depend on the hosts
    checkPlacement({ placement: config.placement, hosts, profiles: Object.keys(config.placement) });
  } catch (error) {
    if (!(error instanceof RmaError)) throw error;
    const { code, message, exitCode, hint, details } = error;
    throw new RmaError(code, `${file.path} is unchanged; with the change it would be invalid: ${message}`, {
      exitCode,
      ...(hint !== undefined && { hint }),
      ...(details !== undefined && { details }),
    });
  }
}

function notWritable(): RmaError {
  return new RmaError('RMA_USAGE_INVALID', 'the hosts of a file from stdin cannot be changed', {
    exitCode: EXIT.usage,
    hint: 'pass the path of an rma.yaml to -f/--file',
  });
}
