import type { PinnedFile, PinnedModel } from '../domain/pinned-model.ts';
import { fromContainer } from '../host-address.ts';
import { ggufModels } from '../reference/gguf-models.ts';
import { splitPart } from '../reference/split-files.ts';
import type { ArchivedFile } from './source.ts';
import { sourceOf } from './sources.ts';

/** Returns what pins the content, in one line: a commit, a URL, the digest of a manifest. */
export function modelOrigin(model: PinnedModel): string {
  return sourceOf(model).origin(model);
}

/** Returns the short form of what pins the content: a commit, else the origin. */
export function modelVersion(model: PinnedModel): string {
  const source = sourceOf(model);
  return source.version?.(model) ?? source.origin(model);
}

/** Returns where one file comes from, for people and as part of a name. */
export function fileOrigin(model: PinnedModel, file: PinnedFile): string {
  const source = sourceOf(model);
  return source.store.layout === 'flat'
    ? source.locate(model, file, '')
    : `${source.origin(model)}/${file.path}`;
}

/** Returns true if a file of the model has an address on the loopback of the machine that runs rma, such as `http://127.0.0.1:8000/x.gguf`. */
export function isServedByHost(model: PinnedModel): boolean {
  const source = sourceOf(model);
  const urls = model.files.map((file) => source.locate(model, file, ''));
  return [...urls, ...(model.sources ?? [])].some((url) => fromContainer(url).onHost);
}

/** Returns where a file is in an archive of its source; null if its URL is that of the file itself. */
export function archivedFile(model: PinnedModel, file: PinnedFile): ArchivedFile | null {
  return sourceOf(model).archived?.(model, file) ?? null;
}

/** Returns whether rma itself knows the content of a file, by its hash: it is what the publisher of the model released. */
export function isKnownContent(model: PinnedModel, file: PinnedFile): boolean {
  return sourceOf(model).isKnown?.(model, file) === true;
}

/** Returns a file as progress lines and errors show it. */
export function fileLabel(model: PinnedModel, file: PinnedFile): string {
  return sourceOf(model).label(model, file);
}

/**
 * Returns where an engine finds the model, relative to the store: the file if the model is a single one, the first part if
 * it is a split GGUF model, else its directory.
 */
export function engineSubpath(model: PinnedModel): string {
  const paths = model.files.map(({ path }) => path);
  const [only, ...more] = paths.length === 1 ? paths : ggufModels(paths);
  if (only === undefined || more.length > 0) return directoryOf(model);
  const parts = splitPart(only)?.all ?? [only];
  return paths.every((path) => parts.includes(path)) ? subpath(model, only) : directoryOf(model);
}

/** Returns where an engine that loads a GGUF file finds the model's only one, relative to the store; else as `engineSubpath`. */
export function ggufSubpath(model: PinnedModel): string {
  const [only, ...more] = ggufModels(model.files.map(({ path }) => path));
  return only === undefined || more.length > 0 ? engineSubpath(model) : subpath(model, only);
}

/**
 * Returns the directory that an engine scans to find the model, relative to the store: that of its set for a file from a
 * URL, else that of its source.
 */
export function scannedDirectory(model: PinnedModel): string {
  const { store } = sourceOf(model);
  return store.layout === 'flat' ? directoryOf(model) : store.directory;
}

function subpath(model: PinnedModel, path: string): string {
  return sourceOf(model).store.home(model) === '' ? directoryOf(model) : `${directoryOf(model)}/${path}`;
}

function directoryOf(model: PinnedModel): string {
  const { store } = sourceOf(model);
  const home = store.home(model);
  return home === '' ? store.directory : `${store.directory}/${home}`;
}
