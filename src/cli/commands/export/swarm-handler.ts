import { resolve } from 'node:path';
import { exportSwarm, type SwarmExport } from '../../../app/export/export-swarm.ts';
import { writeExport } from '../../../app/export/write-export.ts';
import { EXIT, RmaError } from '../../../core/errors.ts';
import { shell } from '../../../core/shell-quote.ts';
import { isStackFile, STACK_FILE } from '../../../core/swarm/stack-file.ts';
import { formatBytes } from '../../../core/units.ts';
import type { Reporter } from '../../../ports/reporter.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';

/** @throws RmaError RMA_USAGE_INVALID (2), and those of exportSwarm and writeExport */
export async function exportStack(
  { output, refresh }: { readonly output: string | null; readonly refresh: boolean },
  context: Context,
): Promise<CommandResult> {
  const { config, selectedProfiles } = await context.config();
  if (output === null) {
    throw new RmaError('RMA_USAGE_INVALID', 'a stack consists of several files, so --output is required', {
      exitCode: EXIT.usage,
      hint: 'write them to a directory: -o swarm',
    });
  }
  const host = await context.host();
  const profiles = selectedProfiles ?? [];
  const result = await exportSwarm(host, await context.invocation(), { config, profiles, refresh });
  const directory = resolve(context.cwd, output);
  await writeExport(host, { directory, texts: result.files, isOwn: isStackFile });
  warn(context.reporter, result);
  return written(result, directory);
}

function written(
  { project, files, services, notExported, gpuBytes }: SwarmExport,
  directory: string,
): CommandResult {
  const paths = [...files.keys()].map((name) => `${directory}/${name}`);
  return {
    json: { schema: 'rma.swarm/v1', project, directory, gpuBytes, files: paths, services, notExported },
    human: () =>
      [
        `Wrote ${directory}/${STACK_FILE} with ${services.length} services: ${services.join(', ')}.`,
        ...(gpuBytes === null
          ? []
          : [`Planned for GPUs with ${formatBytes(gpuBytes)} (kubernetes.gpu_memory).`]),
        'Label a node and create the secrets first: the commands are at the top of that file.',
      ].join('\n'),
    ids: paths,
    next: shell`docker stack deploy --compose-file ${`${directory}/${STACK_FILE}`} ${project}`,
  };
}

/** Reports what runs differently on Swarm, and an image that its nodes cannot pull. */
function warn(reporter: Reporter, { notExported, localImage }: SwarmExport): void {
  for (const { what, instead } of notExported) {
    reporter.emit({ type: 'warning', code: 'RMA_SWARM_NOT_EXPORTED', text: `${what}: ${instead}` });
  }
  if (localImage === null) return;
  reporter.emit({
    type: 'warning',
    code: 'RMA_SWARM_IMAGE',
    text: `the worker image ${localImage} is local; other nodes cannot pull it`,
    hint: 'push it to a registry and name it: --worker-image IMAGE',
  });
}
