import { lockModels } from '../../../app/models/lock-models.ts';
import { EXIT } from '../../../core/errors.ts';
import { modelVersion } from '../../../core/source/describe-model.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';
import { projectOnHosts } from '../../hosts/project-on-hosts.ts';
import { counted } from '../../render/problems.ts';
import { openDirectory } from './input.ts';

interface LockInput {
  readonly dest: string | null;
  readonly update: readonly string[];
  readonly refresh: boolean;
  readonly dryRun: boolean;
}

/** Writes rma.lock. @throws RmaError as lockModels */
export async function writeLock(input: LockInput, context: Context): Promise<CommandResult> {
  const { dryRun, update, refresh } = input;
  const [{ host, config }, ...others] = await projectOnHosts(context);
  const folder = await openDirectory(input, context);
  const { file, entries, failed, incomplete, lock } = await lockModels(host, await context.invocation(), {
    config,
    store: folder?.store ?? null,
    update,
    refresh,
    dryRun,
    others,
  });
  for (const { ref, error } of failed) {
    const text = error.message.includes(ref) ? error.message : `${ref}: ${error.message}`;
    context.reporter.emit({ type: 'warning', code: error.code, text: `not locked: ${text}` });
  }
  const versionOf = (name: string) => {
    const model = lock.models.get(name);
    return (model === undefined ? lock.images.get(name) : modelVersion(model)) ?? null;
  };
  const changed = entries.filter(({ change }) => change !== 'unchanged');
  return {
    json: {
      schema: 'rma.models-lock/v1',
      file,
      dryRun,
      entries: entries.map((entry) => ({ ...entry, version: versionOf(entry.name) })),
      incomplete,
      failed: failed.map(({ ref, error }) => ({ ref, code: error.code, message: error.message })),
    },
    human: () => {
      const lines = changed.map(({ name, change }) => `${name}: ${change}${at(versionOf(name))}`);
      const count = `${counted(lock.models.size, 'model')}, ${counted(lock.images.size, 'image')}`;
      const end =
        changed.length === 0
          ? `${file} is up to date (${count}).`
          : `${dryRun ? 'Would write' : 'Wrote'} ${file}: ${count}.`;
      return [...lines, end].join('\n');
    },
    ids: [...lock.models.keys()],
    exitCode: incomplete.length > 0 ? EXIT.partial : EXIT.ok,
  };
}

function at(version: string | null): string {
  return version === null ? '' : ` (${version})`;
}
