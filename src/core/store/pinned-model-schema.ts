import * as z from 'zod/mini';
import type { PinnedFile, PinnedModel } from '../domain/pinned-model.ts';
import type { Schema } from '../schema/parse.ts';
import { matching, text, textWithout, wholeNumber } from '../schema/rules.ts';
import { pathFault } from './safe-path.ts';

/** A file of a pinned model. */
export const pinnedFileSchema: Schema<PinnedFile> = z.object({
  path: textWithout(pathFault, 'a path inside the repository'),
  bytes: wholeNumber(0),
  digest: z.nullable(
    z.object({
      algorithm: z.enum(['sha256', 'git-sha1']),
      hex: matching(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/, 'lower-case hexadecimal'),
    }),
  ),
});

/** The name of a blob is its hash, so that only content with this hash is written to it. */
const blob: Schema<PinnedFile> = z.object({
  path: matching(/^sha256-[0-9a-f]{64}$/, 'sha256- and 64 hexadecimal digits'),
  bytes: wholeNumber(0),
  digest: z.object({
    algorithm: z.literal('sha256'),
    hex: matching(/^[0-9a-f]{64}$/, '64 hexadecimal digits'),
  }),
});

const repo = textWithout(repoFault, 'a repository as org/name');
const revision = textWithout(pathFault, 'a revision');

/** A pinned model as JSON carries it: in the Compose file, in resolved.json and on stdin of the worker. */
export const pinnedModelSchema: Schema<PinnedModel> = z.discriminatedUnion('source', [
  z.object({
    source: z.literal('hf'),
    ref: text(),
    files: z.array(pinnedFileSchema),
    repo,
    revision,
    commit: matching(/^[0-9a-f]{40}$/, '40 hexadecimal digits'),
    complete: z.boolean(),
  }),
  z.object({
    source: z.literal('url'),
    ref: text(),
    files: z.array(pinnedFileSchema),
    url: matching(/^https?:\/\//, 'an http or https URL'),
    set: matching(/^[\w-][\w.-]*$/, 'a directory name'),
  }),
  z.object({
    source: z.literal('ollama'),
    ref: text(),
    files: z.array(blob),
    registry: matching(/^\w[\w.-]*(?::\d{1,5})?$/, 'a host'),
    namespace: matching(/^\w[\w-]*$/, 'a name'),
    model: matching(/^\w[\w.-]*$/, 'a name'),
    tag: matching(/^\w[\w.-]*$/, 'a tag'),
    manifest: text('the text of a manifest'),
  }),
  z.object({
    source: z.literal('ms'),
    ref: text(),
    files: z.array(pinnedFileSchema),
    repo,
    revision,
    complete: z.boolean(),
  }),
]);

function repoFault(name: string): string | null {
  return /^[\w.-]+(?:\/[\w.-]+)?$/.test(name) ? pathFault(name) : 'unexpected characters';
}
