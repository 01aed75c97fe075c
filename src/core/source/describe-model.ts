import type { PinnedFile, PinnedModel } from '../domain/pinned-model.ts';
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
  const origin = source.origin(model);
  return source.store.layout === 'flat' ? origin : `${origin}/${file.path}`;
}

/** Returns a file as progress lines and errors show it. */
export function fileLabel(model: PinnedModel, file: PinnedFile): string {
  return sourceOf(model).label(model, file);
}

/** Returns where an engine finds the model, relative to the store: the file if the model is a single one, else its directory. */
export function engineSubpath(model: PinnedModel): string {
  const { store } = sourceOf(model);
  const home = store.home(model);
  if (home === '') return store.directory;
  const [only, ...more] = model.files;
  const directory = `${store.directory}/${home}`;
  return only === undefined || more.length > 0 ? directory : `${directory}/${only.path}`;
}
