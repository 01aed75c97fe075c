import type { PinnedFile, PinnedModel } from '../domain/pinned-model.ts';
import {
  list,
  nullable,
  oneOf,
  record,
  type Shape,
  soundText,
  tagged,
  text,
  wholeNumber,
  yesOrNo,
} from '../shape.ts';
import { pathFault } from '../store/safe-path.ts';

const file: Shape<PinnedFile> = record({
  path: soundText('a path inside the repository', pathFault),
  bytes: wholeNumber(),
  digest: nullable(
    record({
      algorithm: oneOf('sha256', 'git-sha1'),
      hex: text('lower-case hexadecimal', /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/),
    }),
  ),
});

const sha256 = '[0-9a-f]{64}';

/** A blob's name is its hash: what is written there can only be what the name says. */
const blob: Shape<PinnedFile> = record({
  path: text('sha256- and 64 hexadecimal digits', new RegExp(`^sha256-${sha256}$`)),
  bytes: wholeNumber(),
  digest: record({
    algorithm: oneOf('sha256'),
    hex: text('64 hexadecimal digits', new RegExp(`^${sha256}$`)),
  }),
});

/** A pinned model as JSON carries it, in the Compose file and on stdin. */
export const pinnedModelShape: Shape<PinnedModel> = tagged<PinnedModel>('source', {
  hf: record({
    source: oneOf('hf'),
    ref: text(),
    files: list(file),
    repo: soundText('a repository as org/name', repoFault),
    revision: soundText('a revision', pathFault),
    commit: text('40 hexadecimal digits', /^[0-9a-f]{40}$/),
    complete: yesOrNo(),
  }),
  url: record({
    source: oneOf('url'),
    ref: text(),
    files: list(file),
    url: text('an http or https address', /^https?:\/\//),
    set: text('a folder name', /^[\w-][\w.-]*$/),
  }),
  ollama: record({
    source: oneOf('ollama'),
    ref: text(),
    files: list(blob),
    registry: text('a host', /^\w[\w.-]*(?::\d{1,5})?$/),
    namespace: text('a name', /^\w[\w-]*$/),
    model: text('a name', /^\w[\w.-]*$/),
    tag: text('a tag', /^\w[\w.-]*$/),
    manifest: text('the text of a manifest'),
  }),
  ms: record({
    source: oneOf('ms'),
    ref: text(),
    files: list(file),
    repo: soundText('a repository as org/name', repoFault),
    revision: soundText('a revision', pathFault),
    complete: yesOrNo(),
  }),
});

function repoFault(repo: string): string | null {
  return /^[\w.-]+(?:\/[\w.-]+)?$/.test(repo) ? pathFault(repo) : 'other signs';
}
