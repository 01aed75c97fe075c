import { resolve } from 'node:path';
import {
  type ExportFormat,
  explainKubernetes,
  exportKubernetes,
  type KubernetesExport,
  type KubernetesRequest,
} from '../../../app/export/export-kubernetes.ts';
import { writeExport } from '../../../app/export/write-export.ts';
import { EXIT, RmaError } from '../../../core/errors.ts';
import type { HelperPod } from '../../../core/kubernetes/kubernetes-input.ts';
import { valuesFile } from '../../../core/kubernetes/llm-d-values.ts';
import {
  fileOf,
  isManifestFile,
  manifestFiles,
  manifestStream,
  valuesText,
} from '../../../core/kubernetes/write-manifests.ts';
import { shell } from '../../../core/shell-quote.ts';
import { formatBytes } from '../../../core/units.ts';
import type { Reporter } from '../../../ports/reporter.ts';
import { requireOption } from '../../cluster-options.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult, JsonDocument } from '../../define-command.ts';
import { renderStrategies } from '../../render/strategies.ts';
import { type Column, renderTable } from '../../render/table.ts';
import { type ApplyInput, applyProject } from './apply.ts';

interface KubernetesOptions extends ApplyInput {
  readonly output: string | null;
  readonly allowHostPath: boolean;
  readonly refresh: boolean;
  readonly explain: boolean;
  readonly format: ExportFormat;
  readonly nodeGroup: string | null;
  readonly withDebugger: boolean;
  readonly withUploader: boolean;
  /** bytes per second; null: the default */
  readonly downloadRate: number | null;
}

/** 1 Gbit/s, less the protocol overhead. */
const DOWNLOAD_RATE = 100e6;

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
  checkFormat(input);
  if (input.apply && input.withUploader) {
    throw new RmaError('RMA_USAGE_INVALID', '--with-uploader cannot be combined with --apply', {
      exitCode: EXIT.usage,
      hint: 'the models are uploaded by hand: write the manifests with --output, and use the commands in kustomization.yaml',
    });
  }
  if (!input.explain) requireOption('--explain', { '--download-rate': input.downloadRate !== null });
  const { config, selectedProfiles } = await context.config();
  if (config.kubernetes.strategy !== 'init')
    requireOption('--strategy init', { '--node-group': input.nodeGroup !== null });
  const request = {
    config,
    profiles: selectedProfiles ?? [],
    refresh: input.refresh,
    allowHostPath: input.allowHostPath,
    format: input.format,
    nodeGroup: input.nodeGroup,
    helpers: new Set<HelperPod>([
      ...(input.withDebugger ? ['debugger' as const] : []),
      ...(input.withUploader ? ['uploader' as const] : []),
    ]),
  };
  if (input.explain) return explainProject(input, context, request);
  const host = await context.host();
  const result = await exportKubernetes(host, await context.invocation(), request);
  const directory = input.output === null ? null : resolve(context.cwd, input.output);
  if (directory !== null) {
    await writeExport(host, { directory, texts: filesOf(result), isOwn: isManifestFile });
  }
  warn(context.reporter, result);
  if (input.apply) return applyProject(input, context, result);
  return directory === null ? toStdout(result) : written(result, directory);
}

/** @throws RmaError RMA_USAGE_INVALID (2) */
function checkFormat({ format, output, explain, apply, nodeGroup }: KubernetesOptions): void {
  if (output === null && !explain)
    requireOption('--output', { [`--format ${format}`]: format !== 'manifests' });
  if (format !== 'kserve') requireOption('--format kserve', { '--node-group': nodeGroup !== null });
  if (format !== 'kserve' || !apply) return;
  throw new RmaError('RMA_USAGE_INVALID', '--apply cannot be combined with --format kserve', {
    exitCode: EXIT.usage,
    hint: 'KServe serves the models: write the manifests with --output, and use the commands in kustomization.yaml',
  });
}

/** Prints the decision matrix of the strategies, and writes nothing. */
async function explainProject(
  { output, apply, downloadRate }: KubernetesOptions,
  context: Context,
  request: KubernetesRequest,
): Promise<CommandResult> {
  if (apply || output !== null) {
    const option = apply ? '--apply' : '--output';
    throw new RmaError('RMA_USAGE_INVALID', `${option} has no effect with --explain, which writes nothing`, {
      exitCode: EXIT.usage,
      hint: `remove ${option} or --explain`,
    });
  }
  const bytesPerSecond = downloadRate ?? DOWNLOAD_RATE;
  const explanation = await explainKubernetes(await context.host(), await context.invocation(), {
    ...request,
    bytesPerSecond,
  });
  return {
    json: { schema: 'rma.kubernetes-strategies/v1', ...explanation },
    human: (theme) => renderStrategies(explanation, theme),
  };
}

function filesOf({ manifests, charts, origin }: KubernetesExport): ReadonlyMap<string, string> {
  const values = charts.map((chart): [string, string] => [
    valuesFile(chart.service),
    valuesText(chart, origin),
  ]);
  return new Map([...manifestFiles(manifests, origin), ...values]);
}

function toStdout(result: KubernetesExport): CommandResult {
  const stream = manifestStream(result.manifests, result.origin);
  const manifests = result.manifests.map(({ object }) => object);
  return { json: { ...document(result, null), manifests }, human: () => stream.trimEnd() };
}

function written(result: KubernetesExport, directory: string): CommandResult {
  const { manifests, charts, gpuBytes, origin } = result;
  const files = [...new Set(manifests.map(fileOf))];
  const rows = files.map((file): FileRow => {
    const own = manifests.filter((manifest) => fileOf(manifest) === file);
    return { file, objects: own.map(({ object }) => object.metadata.name).join(', ') };
  });
  const values = charts.map(
    ({ service }): FileRow => ({ file: valuesFile(service), objects: `Helm values of ${service}` }),
  );
  const secrets =
    origin.secretCommands.length === 0
      ? []
      : [`Create its Secrets first: the commands are in ${directory}/kustomization.yaml.`];
  return {
    json: document(result, directory),
    human: (theme) =>
      [
        renderTable(COLUMNS, [...rows, ...values], theme),
        '',
        `Wrote ${directory}, for the namespace ${origin.namespace}.`,
        ...(gpuBytes === null
          ? []
          : [`Planned for GPUs with ${formatBytes(gpuBytes)} (kubernetes.gpu_memory).`]),
        ...secrets,
        ...(origin.cacheCommands.length === 0
          ? []
          : [`Apply the caches of the models first: the commands are in ${directory}/kustomization.yaml.`]),
        ...(charts.length === 0
          ? []
          : [`The commands that install the charts are in ${directory}/kustomization.yaml.`]),
      ].join('\n'),
    next:
      origin.cacheCommands.length === 0
        ? shell`kubectl apply --kustomize ${directory}`
        : shell`kubectl apply --filename ${directory}/localmodelcache.yaml`,
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
  const { manifests, charts, origin, gpuBytes, notExported } = result;
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
    charts: charts.map(({ service }) => ({
      service,
      values: directory === null ? null : `${directory}/${valuesFile(service)}`,
    })),
    chartCommands: origin.chartCommands,
    notExported,
  };
}

/** Reports what runs differently on Kubernetes, and an image that its nodes cannot pull. */
function warn(
  reporter: Reporter,
  { notExported, localImage, podDownloads, imageBytes }: KubernetesExport,
): void {
  for (const { what, instead } of notExported) {
    reporter.emit({ type: 'warning', code: 'RMA_KUBERNETES_NOT_EXPORTED', text: `${what}: ${instead}` });
  }
  if (podDownloads !== null) {
    const { pods, all, largest } = podDownloads;
    reporter.emit({
      type: 'warning',
      code: 'RMA_KUBERNETES_POD_DOWNLOADS',
      text:
        pods === 1
          ? `the engine pod downloads ${formatBytes(all)} at each start`
          : `${pods} engine pods download ${formatBytes(all)}; a restarted one downloads up to ${formatBytes(largest)}`,
      hint: 'to download the models once, use --strategy pvc; --explain compares the strategies',
    });
  }
  if (imageBytes !== null) {
    reporter.emit({
      type: 'warning',
      code: 'RMA_KUBERNETES_IMAGE_SIZE',
      text: `the image with the models has ${formatBytes(imageBytes)} in one layer, which each node with an engine pod pulls; registries limit the size of layers`,
      hint: 'to download the models once, without an image, use --strategy pvc; --explain compares the strategies',
    });
  }
  if (localImage === null) return;
  reporter.emit({
    type: 'warning',
    code: 'RMA_KUBERNETES_IMAGE',
    text: `the worker image ${localImage} is local; nodes cannot pull it`,
    hint: 'push it to a registry and name it: --worker-image IMAGE; or load it onto the nodes, for example with kind load docker-image',
  });
}
