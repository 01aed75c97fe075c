import { basename, dirname, resolve } from 'node:path';
import { exportModels as exportAll } from '../../../../app/models/export-models.ts';
import { findExtras } from '../../../../app/models/find-extras.ts';
import { partName, splitName } from '../../../../core/bundle/part-name.ts';
import type { ExportedBundle } from '../../../../core/domain/bundle.ts';
import type { Catalog } from '../../../../core/domain/profile.ts';
import { EXIT, RmaError } from '../../../../core/errors.ts';
import { findModel } from '../../../../core/profile/find-model.ts';
import { expandSets } from '../../../../core/profile/model-sets.ts';
import { formatBytes } from '../../../../core/units.ts';
import type { BundleTarget } from '../../../../ports/bundles.ts';
import type { Host } from '../../../../ports/host.ts';
import type { Context } from '../../../context/context.ts';
import type { CommandResult } from '../../../define-command.ts';
import { storeDirectory } from '../../store-directory.ts';
import { assertDirectory, assertOutside } from './assert-directory.ts';
import { openBundles } from './open-bundles.ts';

interface ExportInput {
  readonly target: string;
  readonly model: readonly string[];
  readonly dest: string | null;
  readonly split: number | null;
  readonly images: boolean;
}

/** Writes models of the store to a bundle. @throws RmaError as exportModels, findExtras, findModel */
export async function exportModels(input: ExportInput, context: Context): Promise<CommandResult> {
  const { config, file, selectedProfiles: profiles } = await context.config();
  const target = targetOf(input, context);
  const invocation = await context.invocation();
  const names = input.model.includes('all') ? [] : input.model;
  const refs = names.length === 0 ? [] : referencesOf(names, await invocation.catalog(config));
  const store = await storeDirectory(input.dest, context);
  const [host, files] = [await context.host(), await context.bundleFiles()];
  if (target.kind !== 'stdout') assertOutside(target.path, store);
  if (target.kind === 'directory') await assertDirectory(host, target.path, store);
  const folder = input.dest === null ? null : await openBundles(input.dest, context);
  const extras = input.images
    ? await findExtras(host, invocation, { config, profiles, file, bundleFiles: files })
    : null;
  const exported = await exportAll(host, invocation, { config, folder, refs, target, extras, files });
  const written =
    target.kind === 'tar' && input.split !== null
      ? await partsText(input.target, target.path, host)
      : input.target;
  for (const reference of exported.incomplete) {
    const text = `${reference} is incomplete and is left out of the bundle`;
    context.reporter.emit({
      type: 'warning',
      code: 'RMA_BUNDLE_LEFT_OUT',
      text,
      hint: 'complete it: rma models pull',
    });
  }
  return {
    json: { schema: 'rma.bundle-export/v1', target: input.target, ...exported },
    // stdout is the bundle itself
    human: () => (target.kind === 'stdout' ? '' : exportText(written, exported)),
    ...(target.kind !== 'stdout' && { ids: exported.models.map(({ reference }) => reference) }),
  };
}

function referencesOf(names: readonly string[], catalog: Catalog): readonly string[] {
  return expandSets(names, catalog.models).map((name) => findModel(catalog, name).ref);
}

function targetOf({ target, split }: ExportInput, { cwd, globals, isOutputTerminal }: Context): BundleTarget {
  const path = resolve(cwd, target);
  if (target === '-') {
    if (split !== null || globals.json || globals.quiet || globals.progress === 'json') throw streamOnly();
    if (isOutputTerminal) throw terminal();
    return { kind: 'stdout' };
  }
  if (split !== null || /\.tar$/i.test(target)) return { kind: 'tar', path, splitBytes: split };
  return { kind: 'directory', path };
}

/** Returns the names of the parts of a split bundle, as they are in its directory. */
async function partsText(target: string, path: string, { files }: Pick<Host, 'files'>): Promise<string> {
  const names = await files.list(dirname(path));
  const count = names.filter((name) => splitName(name) === basename(path)).length;
  const first = partName(target, 1);
  return count === 1 ? first : `${count} parts, ${first} to ${partName(target, count)}`;
}

function exportText(
  target: string,
  { models, bytes, writtenBytes, contents, images, files }: ExportedBundle,
): string {
  const count = models.length === 1 ? '1 model' : `${models.length} models`;
  const parts = contents === 1 ? '1 file' : `${contents} files`;
  const had = writtenBytes === bytes ? '' : `; ${formatBytes(bytes - writtenBytes)} already present`;
  return [
    ...models.map(({ reference, bytes: size }) => `${reference}: ${formatBytes(size)}`),
    ...images.map(({ reference, bytes: size }) => `image ${reference}: ${formatBytes(size)}`),
    ...files,
    `Exported ${count}${imageCount(images.length)} to ${target}: ${formatBytes(bytes)} in ${parts}${had}.`,
  ].join('\n');
}

function imageCount(count: number): string {
  if (count === 0) return '';
  return count === 1 ? ' and 1 image' : ` and ${count} images`;
}

function streamOnly(): RmaError {
  return new RmaError(
    'RMA_USAGE_INVALID',
    'the bundle is written to stdout: --split, --json and --quiet cannot be used with it',
    {
      exitCode: EXIT.usage,
      hint: 'write to a file or a directory instead',
    },
  );
}

function terminal(): RmaError {
  return new RmaError('RMA_USAGE_INVALID', 'the bundle is not written to a terminal', {
    exitCode: EXIT.usage,
    hint: 'redirect stdout to a file or a pipe: rma models bundle export - > models.tar',
  });
}
