import { storedNames } from '../../../app/models/stored-name.ts';
import { verifyStored } from '../../../app/models/verify-models.ts';
import type { Problem, Verification } from '../../../core/domain/verification.ts';
import { EXIT } from '../../../core/errors.ts';
import type { Context } from '../../context/context.ts';
import type { CommandResult } from '../../define-command.ts';
import { onStore, type StoreOptions } from '../../render/on-store.ts';
import { printable } from '../../render/printable.ts';
import { counted, countsText, fixCommand } from '../../render/problems.ts';
import { warnNoStore } from '../warn-no-store.ts';
import { openExisting } from './input.ts';

interface VerifyInput {
  readonly model: readonly string[];
  readonly dest: string | null;
  readonly deep: boolean;
  readonly maxRate: number | null;
}

/** Checks the models in the store. @throws RmaError as verifyStored */
export async function verifyModels(input: VerifyInput, context: Context): Promise<CommandResult> {
  const { model, dest, deep, maxRate } = input;
  const { config } = await context.config();
  const folder = await openExisting(input, context);
  await warnNoStore(context, dest);
  const [host, invocation] = [await context.host(), await context.invocation()];
  const names = await storedNames(host, invocation, { config, store: folder?.store ?? null, names: model });
  const found = await verifyStored(host, invocation, {
    config,
    verifier: folder?.verifier ?? null,
    names,
    deep,
    maxRate,
    reuse: false,
    writes: true,
  });
  const store: StoreOptions = { dest, project: context.globals };
  return {
    json: documentOf(found, { deep, store }),
    human: () =>
      [...found.problems.map((problem) => lineOf(problem, store)), summary(found, { deep, store })].join(
        '\n',
      ),
    ids: found.problems.map(({ path }) => path),
    exitCode: exitCodeOf(found),
  };
}

interface Shown {
  readonly deep: boolean;
  readonly store: StoreOptions;
}

function documentOf(found: Verification, { deep, store }: Shown): CommandResult['json'] {
  const { models, files, bytes, unread, withoutHash, hashedBytes, resumedBytes } = found;
  return {
    schema: 'rma.verify/v1',
    deep,
    models,
    problems: found.problems.map((problem) => {
      const { fix, ...rest } = problem;
      return { ...rest, repairable: fix !== null, fix: fixCommand(problem, store) };
    }),
    files,
    bytes,
    unread,
    withoutHash,
    hashedBytes,
    resumedBytes,
  };
}

function lineOf(problem: Problem, store: StoreOptions): string {
  return printable(`${problem.path}: ${problem.text}; fix: ${fixCommand(problem, store)}`);
}

/** Returns the last line: what was checked, and how sure the result is. */
function summary(found: Verification, { deep, store }: Shown): string {
  const { models, problems, files, bytes, unread, withoutHash } = found;
  if (models.length === 0 && problems.length === 0) return 'No models in the store.';
  const counts = countsText({ models: models.length, files, bytes });
  const notes = [
    ...(unread === 0 ? [] : [`${counted(unread, 'file')} without a valid receipt`]),
    ...(withoutHash === 0 ? [] : [`no known hash for ${counted(withoutHash, 'file')}`]),
  ];
  const hint =
    unread === 0 || deep ? '' : ` To read all content: ${onStore('rma models verify --deep', store)}`;
  if (problems.length > 0)
    return `${[`${counts}: ${counted(problems.length, 'problem')}`, ...notes].join('; ')}.`;
  if (notes.length === 0) return `${counts}: ${deep ? 'all correct' : 'all match their receipts'}.`;
  return `${counts}: no problem found; ${notes.join('; ')}.${hint}`;
}

/** 6 for wrong or missing content, 1 if files could only not be read. */
function exitCodeOf({ problems }: Verification): number {
  if (problems.length === 0) return EXIT.ok;
  return problems.every(({ kind }) => kind === 'unreadable') ? EXIT.failed : EXIT.badContent;
}
