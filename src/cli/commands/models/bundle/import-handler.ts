import { resolve } from 'node:path';
import { runBundleImport } from '../../../../app/models/bundles.ts';
import type { ImportedBundle } from '../../../../core/domain/bundle.ts';
import { EXIT, type ExitCode } from '../../../../core/errors.ts';
import type { Context } from '../../../context/context.ts';
import type { CommandResult } from '../../../define-command.ts';
import { openBundles } from './open-bundles.ts';

interface ImportInput {
  readonly source: string;
  readonly dest: string | null;
}

/** Imports a bundle. @throws RmaError as runBundleImport */
export async function importBundle(input: ImportInput, context: Context): Promise<CommandResult> {
  const { config } = await context.config();
  const path = resolve(context.cwd, input.source);
  const facts = await (await context.host()).files.facts(path);
  const imported = await runBundleImport(await context.host(), await context.invocation(), {
    config,
    folder: await openBundles(input.dest, context),
    place: input.source === '-' ? { kind: 'stdin' } : { kind: 'path', path },
    isDirectory: facts?.kind === 'directory',
  });
  const { outcomes, skipped } = imported;
  return {
    json: {
      schema: 'rma.bundle-import/v1',
      models: [
        ...outcomes.map(({ ref, state, placed, error }) => ({
          reference: ref,
          state,
          placed,
          code: error?.code ?? null,
          reason: error?.message ?? null,
        })),
        ...skipped.map((reference) => ({ reference, state: 'skipped' })),
      ],
    },
    human: () => importText(imported),
    ids: outcomes.map(({ ref }) => ref),
    exitCode: exitCodeOf(imported),
  };
}

const STATES = { imported: 'imported', present: 'already in the store' } as const;

function importText({ outcomes, skipped }: ImportedBundle): string {
  const count = outcomes.filter(({ state }) => state === 'imported').length;
  return [
    ...outcomes.map(
      ({ ref, state, error }) =>
        `${ref}: ${state === 'failed' ? (error?.message ?? 'failed') : STATES[state]}`,
    ),
    ...skipped.map((ref) => `${ref}: skipped: the store has another version of it`),
    count === 0 ? 'Nothing imported.' : `Imported ${count === 1 ? '1 model' : `${count} models`}.`,
  ].join('\n');
}

function exitCodeOf({ outcomes }: ImportedBundle): ExitCode {
  const failed = outcomes.flatMap(({ error }) => error?.exitCode ?? []);
  const [first] = failed;
  if (first === undefined) return EXIT.ok;
  return failed.length < outcomes.length ? EXIT.partial : first;
}
