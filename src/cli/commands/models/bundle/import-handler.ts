import { join, resolve } from 'node:path';
import { type ImportedAll, importBundleModels } from '../../../../app/models/import-bundle-models.ts';
import type { ImportedBundle } from '../../../../core/domain/bundle.ts';
import { EXIT, type ExitCode } from '../../../../core/errors.ts';
import type { Context } from '../../../context/context.ts';
import type { CommandResult } from '../../../define-command.ts';
import { openBundles } from './open-bundles.ts';

interface ImportInput {
  readonly source: string;
  readonly dest: string | null;
  readonly images: boolean;
}

/** Imports a bundle. @throws RmaError as importBundleModels */
export async function importBundle(input: ImportInput, context: Context): Promise<CommandResult> {
  const { config } = await context.config();
  const { dest } = input;
  const path = resolve(context.cwd, input.source);
  const host = await context.host();
  const facts = await host.files.facts(path);
  const imported = await importBundleModels(host, await context.invocation(), {
    config,
    folder: dest === null ? null : (rest) => openBundles(dest, context, rest),
    place: input.source === '-' ? { kind: 'stdin' } : { kind: 'path', path },
    isDirectory: facts?.kind === 'directory',
    images: dest === null || input.images,
    spool: join(config.stateDir, 'bundle-images'),
    files: await context.bundleFiles(),
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
      images: imported.images,
    },
    human: () => importText(imported),
    ids: outcomes.map(({ ref }) => ref),
    exitCode: exitCodeOf(imported),
  };
}

const STATES = { imported: 'imported', present: 'already in the store' } as const;

const IMAGE_STATES = {
  loaded: 'loaded',
  present: 'already in the Docker Engine',
  skipped: 'not loaded: --dest uses no Docker; add --images to load it',
} as const;

function importText({ outcomes, skipped, images }: ImportedAll): string {
  const count = outcomes.filter(({ state }) => state === 'imported').length;
  const loaded = images.filter(({ state }) => state === 'loaded').length;
  return [
    ...outcomes.map(
      ({ ref, state, error }) =>
        `${ref}: ${state === 'failed' ? (error?.message ?? 'failed') : STATES[state]}`,
    ),
    ...skipped.map((ref) => `${ref}: skipped: the store has another version of it`),
    ...images.map(({ reference, state }) => `image ${reference}: ${IMAGE_STATES[state]}`),
    summary(count, loaded),
  ].join('\n');
}

function summary(models: number, images: number): string {
  const counts = [
    ...(models === 0 ? [] : [models === 1 ? '1 model' : `${models} models`]),
    ...(images === 0 ? [] : [images === 1 ? '1 image' : `${images} images`]),
  ];
  return counts.length === 0 ? 'Nothing imported.' : `Imported ${counts.join(' and ')}.`;
}

function exitCodeOf({ outcomes }: ImportedBundle): ExitCode {
  const failed = outcomes.flatMap(({ error }) => error?.exitCode ?? []);
  const [first] = failed;
  if (first === undefined) return EXIT.ok;
  return failed.length < outcomes.length ? EXIT.partial : first;
}
