import type { KubernetesExport } from '../../../app/export/export-kubernetes.ts';
import {
  applyExport,
  type Export,
  type Preview,
  previewExport,
} from '../../../app/kubernetes/apply-export.ts';
import { kubernetesObject, objectName } from '../../../core/cluster/kubernetes-object.ts';
import { valueOrNull } from '../../../core/schema/parse.ts';
import { type ClusterInput, onCluster } from '../../cluster-options.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult, JsonDocument } from '../../define-command.ts';
import { changesText, renderChanges } from '../../render/object-changes.ts';
import { openCluster } from '../cluster-project.ts';

const WAIT_SECONDS = 1800;

export interface ApplyInput extends ClusterInput {
  readonly apply: boolean;
  readonly dryRun: boolean;
  readonly prune: boolean;
  readonly forceConflicts: boolean;
  /** seconds; null: the default */
  readonly waitTimeout: number | null;
}

/** Applies an export, or with `--dry-run` shows what that would change. */
export async function applyProject(
  input: ApplyInput,
  context: Context,
  result: KubernetesExport,
): Promise<CommandResult> {
  const exported = exportOf(result);
  const kubectl = await openCluster(input, context);
  const invocation = await context.invocation();
  if (input.dryRun) {
    const preview = await previewExport(kubectl, invocation, { ...exported, ...input });
    showWarnings(context, preview);
    return {
      json: document(exported, preview, input),
      human: (theme) => renderChanges(preview, input, theme),
      ids: changed(preview),
    };
  }
  const preview = await applyExport(kubectl, invocation, {
    ...exported,
    ...input,
    waitSeconds: input.waitTimeout ?? WAIT_SECONDS + result.startSeconds,
    accept: async (planned) => accept(planned, input, context),
  });
  return {
    json: document(exported, preview, input),
    human: () => `Ready in namespace ${exported.namespace}: ${changesText(preview, input, true)}.`,
    ids: changed(preview),
    next: onCluster('rma status --kubernetes', input),
  };
}

/** kubectl reads JSON as it reads YAML. */
function exportOf({ manifests, origin }: KubernetesExport): Export {
  return {
    project: origin.project,
    namespace: origin.namespace,
    objects: manifests.flatMap(({ object }) => valueOrNull(kubernetesObject, object) ?? []),
    yaml: (items) => JSON.stringify({ apiVersion: 'v1', kind: 'List', items }),
  };
}

/** Shows what an apply changes, and asks before it removes objects. */
async function accept(preview: Preview, input: ApplyInput, context: Context): Promise<void> {
  showWarnings(context, preview);
  const { reporter } = context;
  reporter.emit({
    type: 'step',
    id: 'plan',
    state: 'done',
    text: `plan: ${changesText(preview, input, false)}`,
  });
  const names = preview.stale.map(objectName);
  if (names.length === 0) return;
  if (input.prune) return context.confirm(`This will remove: ${names.join(', ')}. Continue?`);
  reporter.emit({
    type: 'warning',
    code: 'RMA_KUBERNETES_STALE',
    text: `objects of earlier exports are not part of this one: ${names.join(', ')}`,
    hint: 'to remove them: rma export kubernetes --apply --prune',
  });
}

function showWarnings({ reporter }: Pick<Context, 'reporter'>, { warnings, reclaimRisks }: Preview): void {
  for (const { text, hint } of reclaimRisks)
    reporter.emit({ type: 'warning', code: 'RMA_KUBERNETES_RECLAIM', text, hint });
  for (const text of warnings) reporter.emit({ type: 'warning', code: 'RMA_KUBERNETES_WARNING', text });
}

function document(
  { project, namespace }: Export,
  { changes, stale }: Preview,
  input: ApplyInput,
): JsonDocument {
  return {
    schema: 'rma.kubernetes-apply/v1',
    ...{ project, namespace, dryRun: input.dryRun },
    changes: changes.map(({ object, change, fields }) => ({ object: objectName(object), change, fields })),
    stale: stale.map(objectName),
    pruned: input.prune && !input.dryRun,
  };
}

function changed({ changes }: Preview): readonly string[] {
  return changes.filter(({ change }) => change !== 'none').map(({ object }) => objectName(object));
}
