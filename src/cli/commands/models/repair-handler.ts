import { type RepairedProblem, type RepairReport, repairStored } from '../../../app/models/repair-models.ts';
import { storedNames } from '../../../app/models/stored-name.ts';
import { formatBytes } from '../../../core/units.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';
import type { StoreOptions } from '../../render/on-store.ts';
import { printable } from '../../render/printable.ts';
import { counted, countsText, fixCommand } from '../../render/problems.ts';
import { openExisting } from './input.ts';
import { warnNoStore } from './warn-no-store.ts';

interface RepairInput {
  readonly model: readonly string[];
  readonly dest: string | null;
  readonly dryRun: boolean;
  readonly maxRate: number | null;
}

/** Repairs the models in the store. @throws RmaError as repairStored */
export async function repairModels(input: RepairInput, context: Context): Promise<CommandResult> {
  const { model, dest, dryRun, maxRate } = input;
  const { config } = await context.config();
  const folder = await openExisting(input, context);
  const [host, invocation] = [await context.host(), await context.invocation()];
  const names = await storedNames(host, invocation, { config, store: folder?.store ?? null, names: model });
  const report = await repairStored(host, invocation, {
    config,
    folder,
    names,
    maxRate,
    dryRun,
  });
  const store: StoreOptions = { dest, project: context.globals };
  const { problems, models, files, bytes, withoutHash, fetchedBytes } = report;
  if (models === 0 && problems.length === 0) await warnNoStore(context, dest);
  return {
    json: {
      schema: 'rma.repair/v1',
      dryRun,
      problems: problems.map(({ fix: _, ...problem }) => problem),
      models,
      files,
      bytes,
      withoutHash,
      fetchedBytes,
    },
    human: () =>
      [
        ...problems.map((problem) => lineOf(problem, store)),
        ...failureLines(problems),
        summary(report, dryRun),
      ].join('\n'),
    ids: problems.map(({ path }) => path),
    exitCode: report.exitCode,
  };
}

function lineOf(problem: RepairedProblem, store: StoreOptions): string {
  const { path, text, outcome } = problem;
  const ends: Readonly<Record<RepairedProblem['outcome'], string>> = {
    repaired: 'repaired',
    repairable: 'would be repaired',
    failed: 'failed',
    unrepairable: `cannot be repaired; fix: ${fixCommand({ ...problem, fix: null }, store)}`,
  };
  return printable(`${path}: ${text}; ${ends[outcome]}`);
}

/** Returns one line for each model that failed: all of its files failed for the same reason. */
function failureLines(problems: readonly RepairedProblem[]): readonly string[] {
  const failed = problems.filter(({ outcome }) => outcome === 'failed');
  const reasons = new Map(failed.map(({ reference, message = '' }) => [reference, message]));
  return [...reasons].map(([reference, message]) => printable(`${reference}: not repaired: ${message}`));
}

function summary({ problems, withoutHash, fetchedBytes, ...counts }: RepairReport, dryRun: boolean): string {
  if (counts.models === 0 && problems.length === 0) return 'No models in the store.';
  const unknown = withoutHash === 0 ? '' : `; no known hash for ${counted(withoutHash, 'file')}`;
  if (problems.length === 0) return `${countsText(counts)}: nothing to repair${unknown}`;
  const isLeast = problems.some(({ wrongPiece, wrongPieces }) => wrongPiece !== undefined && !wrongPieces);
  const least = isLeast ? 'at least ' : '';
  if (dryRun) return `To download: ${least}${formatBytes(fetchedBytes)}${unknown}.`;
  const repaired = problems.filter(({ outcome }) => outcome === 'repaired').length;
  return `${repaired} of ${counted(problems.length, 'problem')} repaired, ${formatBytes(fetchedBytes)} downloaded${unknown}.`;
}
