import { type RepairedProblem, type RepairReport, repairStored } from '../../../app/models/repair-models.ts';
import { storedNames } from '../../../app/models/stored-name.ts';
import { formatBytes } from '../../../core/units.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';
import { hintOnStore, type StoreOptions } from '../../render/on-store.ts';
import { printable } from '../../render/printable.ts';
import { counted, countsText, fixCommand } from '../../render/problems.ts';
import { warnNoStore } from '../warn-no-store.ts';
import { openExisting } from './input.ts';

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
  await warnNoStore(context, dest);
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
  const { models, files, bytes, withoutHash, fetchedBytes } = report;
  const problems = report.problems.map((problem) => withHint(problem, store));
  return {
    json: {
      schema: 'rma.repair/v1',
      dryRun,
      problems: problems.map((problem) => documentOf(problem, store)),
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

/** Returns a problem whose hint is for the same store. */
function withHint(problem: RepairedProblem, store: StoreOptions): RepairedProblem {
  return problem.hint === undefined ? problem : { ...problem, hint: hintOnStore(problem.hint, store) };
}

function documentOf(problem: RepairedProblem, store: StoreOptions): object {
  const { fix: _, ...rest } = problem;
  return problem.outcome === 'unrepairable' ? { ...rest, fix: fixCommand(problem, store) } : rest;
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

/** Returns the failure of each model: all of its files failed for the same reason. */
function failureLines(problems: readonly RepairedProblem[]): readonly string[] {
  const failed = problems.filter(({ outcome }) => outcome === 'failed');
  const byModel = new Map(failed.map((problem) => [problem.reference, problem]));
  return [...byModel.values()].flatMap(({ reference, message = '', hint, code }) => [
    printable(`${reference}: not repaired: ${message}`),
    ...(hint === undefined ? [] : [printable(`  hint: ${hint}`)]),
    ...(code === undefined ? [] : [`  code: ${code}`]),
  ]);
}

function summary({ problems, withoutHash, fetchedBytes, ...counts }: RepairReport, dryRun: boolean): string {
  if (counts.models === 0 && problems.length === 0) return 'No models in the store.';
  const unknown = withoutHash === 0 ? '' : `; no known hash for ${counted(withoutHash, 'file')}`;
  if (problems.length === 0) return `${countsText(counts)}: nothing to repair${unknown}.`;
  const isLeast = problems.some(({ wrongPiece, wrongPieces }) => wrongPiece !== undefined && !wrongPieces);
  const least = isLeast ? 'at least ' : '';
  if (dryRun) return `To download: ${least}${formatBytes(fetchedBytes)}${unknown}.`;
  const repaired = problems.filter(({ outcome }) => outcome === 'repaired').length;
  return `${repaired} of ${counted(problems.length, 'problem')} repaired, ${formatBytes(fetchedBytes)} downloaded${unknown}.`;
}
