import * as z from 'zod/mini';
import { cacheName, hfModelFields, huggingface, type PinnedHfModel } from './huggingface.ts';
import { pinnedFields } from './pinned-fields.ts';
import type { PinnedRepository, RepositoryRef } from './repository.ts';
import type { Source } from './source.ts';

/** A Hugging Face repository at one commit, stored as a plain directory. */
export interface PinnedPlainModel extends PinnedRepository {
  readonly source: 'plain';
  /** 40 hex digits */
  readonly commit: string;
}

/** Hugging Face repositories as plain directories `local/ORG/NAME`, for programs that read no hub cache. */
export const huggingfacePlain: Source<RepositoryRef, PinnedPlainModel> = {
  id: 'plain',
  variantOf: 'hf',
  // the hub's own source parses the references of both
  schemes: [],
  grammar: huggingface.grammar,
  help: [],
  endpoint: huggingface.endpoint,
  token: huggingface.token,
  parse: huggingface.parse,
  format: (ref) => `${huggingface.format(ref)}#layout=plain`,
  key: (ref) => huggingfacePlain.format({ ...ref, repo: ref.repo.toLowerCase() }),
  servedName: huggingface.servedName,
  hasOwnName: huggingface.hasOwnName,
  store: {
    layout: 'plain',
    directory: 'local',
    lease: ({ repo }) => `plain-${repo.replaceAll('/', '--')}`,
    receipt: ({ repo, commit }) => `plain/${repo.replaceAll('/', '--')}/${commit}.json`,
    home: ({ repo }) => repo,
    // content that the hub cache has is linked
    caches: ({ repo, commit }) => [
      `../${huggingface.store.directory}/${cacheName(repo)}/snapshots/${commit}`,
    ],
  },
  schema: z.object({ ...pinnedFields('plain'), ...hfModelFields }),
  *resolve(ref, access) {
    return plainModel(yield* huggingface.resolve(ref, access));
  },
  part(ref, stored) {
    const model = huggingface.part(ref, stored);
    return model === null ? null : plainModel(model);
  },
  locate: (model, file, endpoint) => huggingface.locate(hubModel(model), file, endpoint),
  copy: (ref, path, endpoint) => huggingface.copy?.(ref, path, endpoint) ?? null,
  origin: (model) => huggingface.origin(hubModel(model)),
  version: ({ commit }) => commit,
  label: ({ repo }, { path }) => `${repo}/${path}`,
};

function plainModel(model: PinnedHfModel): PinnedPlainModel {
  return { ...model, source: 'plain', ref: `${model.ref}#layout=plain` };
}

function hubModel(model: PinnedPlainModel): PinnedHfModel {
  return { ...model, source: 'hf' };
}
