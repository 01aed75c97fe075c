import { resolve } from 'node:path';
import { exportKubernetes, type KubernetesExport } from '../../../app/export/export-kubernetes.ts';
import { writeExport } from '../../../app/export/write-export.ts';
import { fileOf, manifestFiles, manifestStream } from '../../../core/kubernetes/write-manifests.ts';
import { shell } from '../../../core/shell-quote.ts';
import { formatBytes } from '../../../core/units.ts';
import type { Reporter } from '../../../ports/reporter.ts';
import { requireOption } from '../../cluster-options.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult, JsonDocument } from '../../define-command.ts';
import { type Column, renderTable } from '../../render/table.ts';
import { type ApplyInput, applyProject } from './apply.ts';

interface KubernetesOptions extends ApplyInput {
  readonly output: string | null;
  readonly allowHostPath: boolean;
  readonly refresh: boolean;
}

export async function exportProject(input: KubernetesOptions, context: Context): Promise<CommandResult> {
  if (!input.apply) {
    requireOption('--apply', {
      '--dry-run': input.dryRun,
      '--prune': input.prune,
      '--force-conflicts': input.forceConflicts,
      '--wait-timeout': input.waitTimeout !== null,
      '--context': input.context !== null,
      '--kubeconfig': input.kubeconfig !== null,
    });
  }
  const { config, selectedProfiles } = await context.config();
  const host = await context.host();
  const result = await exportKubernetes(host, await context.invocation(), {
    config,
    profiles: selectedProfiles ?? [],
    refresh: input.refresh,
    allowHostPath: input.allowHostPath,
  });
  const directory = input.output === null ? null : resolve(context.cwd, input.output);
  if (directory !== null) await writeExport(host, directory, manifestFiles(result.manifests, result.origin));
  warn(context.reporter, result);
  if (input.apply) return applyProject(input, context, result);
  return directory === null ? toStdout(result) : written(result, directory);
}

function toStdout(result: KubernetesExport): CommandResult {
  const stream = manifestStream(result.manifests, result.origin);
  const manifests = result.manifests.map(({ object }) => object);
  return { json: { ...document(result, null), manifests }, human: () => stream.trimEnd() };
}

function written(result: KubernetesExport, directory: string): CommandResult {
  const { manifests, gpuBytes, origin } = result;
  const files = [...new Set(manifests.map(fileOf))];
  const rows = files.map((file): FileRow => {
    const own = manifests.filter((manifest) => fileOf(manifest) === file);
    return { file, objects: own.map(({ object }) => object.metadata.name).join(', ') };
  });
  const secrets =
    origin.secretCommands.length === 0
      ? []
      : [`Create its Secrets first: the commands are in ${directory}/kustomization.yaml.`];
  return {
    json: document(result, directory),
    human: (theme) =>
      [
        renderTable(COLUMNS, rows, theme),
        '',
        `Wrote ${directory}, for the namespace ${origin.namespace}.`,
        ...(gpuBytes === null
          ? []
          : [`Planned for GPUs with ${formatBytes(gpuBytes)} (kubernetes.gpu_memory).`]),
        ...secrets,
      ].join('\n'),
    next: shell`kubectl apply --kustomize ${directory}`,
  };
}

interface FileRow {
  readonly file: string;
  readonly objects: string;
}

const COLUMNS: readonly Column<FileRow>[] = [
  { title: 'FILE', value: ({ file }) => file },
  { title: 'OBJECTS', value: ({ objects }) => objects, shorten: 'end' },
];

function document(result: KubernetesExport, directory: string | null): JsonDocument {
  const { manifests, origin, gpuBytes, notExported } = result;
  return {
    schema: 'rma.kubernetes/v1',
    namespace: origin.namespace,
    directory,
    gpuBytes,
    objects: manifests.map((manifest) => {
      const { kind, metadata } = manifest.object;
      return {
        kind,
        name: metadata.name,
        file: directory === null ? null : `${directory}/${fileOf(manifest)}`,
      };
    }),
    notExported,
  };
}

/** Reports what runs differently on Kubernetes, and an image that its nodes cannot pull. */
function warn(reporter: Reporter, { notExported, localImage }: KubernetesExport): void {
  for (const { what, instead } of notExported) {
    reporter.emit({ type: 'warning', code: 'RMA_KUBERNETES_NOT_EXPORTED', text: `${what}: ${instead}` });
  }
  if (localImage === null) return;
  reporter.emit({
    type: 'warning',
    code: 'RMA_KUBERNETES_IMAGE',
    text: `the worker image ${localImage} is local; nodes cannot pull it`,
    hint: 'push it to a registry and name it: --worker-image IMAGE; or load it onto the nodes, for example with kind load docker-image',
  });
}
