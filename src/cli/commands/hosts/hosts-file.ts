import { join } from 'node:path';
import { EXIT, RmaError } from '../../../core/errors.ts';
import type { Context } from '../../context/context.ts';

/** The rma.yaml that a command changes. */
export interface HostsFile {
  /** absolute */
  readonly path: string;
  /** empty if the file does not exist */
  readonly text: string;
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
    write: async (text) => files.write(path, text, 0o644),
  };
}

function notWritable(): RmaError {
  return new RmaError('RMA_USAGE_INVALID', 'the hosts of a file from stdin cannot be changed', {
    exitCode: EXIT.usage,
    hint: 'pass the path of an rma.yaml to -f/--file',
  });
}
