import * as z from 'zod/mini';
import type { ImportModel, RejectedImport } from '../domain/import.ts';
import type { Digest, PinnedFile } from '../domain/pinned-model.ts';
import { RmaError } from '../errors.ts';
import { splitPart } from '../reference/split-files.ts';
import { jsonOrNull, type Schema } from '../schema/parse.ts';
import { matching, orNull, text } from '../schema/rules.ts';
import { parseModelRef } from '../source/parse-ref.ts';
import { layoutOf } from '../source/sources.ts';
import { unsizedUrlModel } from '../source/url.ts';
import type { UrlRef } from '../source/url-reference.ts';
import { type Imports, missingPart } from './imports-of.ts';
import { lmStudioPath } from './lm-studio-path.ts';

/** A file in a directory of LM Studio or llama.cpp. */
export interface FlatFile {
  /** path below the directory */
  readonly path: string;
  readonly bytes: number;
}

/** Where a file was downloaded from, and its sha256 if that is known. */
interface Origin {
  readonly url: string;
  readonly sha256: string | null;
}

type FlatKind = 'llamacpp' | 'lmstudio';

const HUB = 'https://huggingface.co';
const sha256 = matching(/^[0-9a-f]{64}$/, '64 hexadecimal digits');

const listedFile = z.object({ rfilename: text(), lfs: orNull(z.object({ sha256 })) });
const repoManifest = z.object({ ggufFile: orNull(listedFile), mmprojFile: orNull(listedFile) });
/** Written next to each file by llama.cpp up to b6700; later it writes `NAME.gguf.etag`, without the URL. */
const fileRecord: Schema<{ readonly url: string; readonly etag: string | null }> = z.object({
  url: text(),
  etag: orNull(z.string()),
});

/** Returns the GGUF models of LM Studio: `PUBLISHER/REPO/NAME.gguf`, from the main branch of that repository. */
export function lmStudioImports(directory: string, files: readonly FlatFile[]): Imports {
  const origins = files.flatMap(({ path }): readonly [string, Origin][] => {
    const from = lmStudioPath(path);
    if (from === null) return [];
    return [[path, { url: hubUrl(`${from.publisher}/${from.repo}`, from.name), sha256: null }]];
  });
  const others = new Set(
    files.flatMap(({ path }) => /^([^/]+\/[^/]+)\/.+\.safetensors$/i.exec(path)?.[1] ?? []),
  );
  const found = flatImports({ kind: 'lmstudio', directory, files, origins: new Map(origins) });
  const rejected = [...others].map(
    (name): RejectedImport => ({ name, why: 'unusable', reason: 'it is not a GGUF model' }),
  );
  return { ...found, rejected: [...found.rejected, ...rejected] };
}

/**
 * Returns the models in a cache of llama.cpp, `ORG_REPO_NAME.gguf`: their origin is in `NAME.gguf.json`, or in
 * `manifest=ORG=REPO=TAG.json`, which has the sha256 too. `texts` has the JSON files.
 */
export function llamaCppImports(
  directory: string,
  files: readonly FlatFile[],
  texts: ReadonlyMap<string, string>,
): Imports {
  const records = [...texts].flatMap(([name, json]) => recordedOrigin(name, json));
  const listed = [...texts].flatMap(([name, json]) => listedOrigins(name, json));
  const origins = new Map([...records, ...listed]);
  const models = files.filter(({ path }) => /^[^/]+\.gguf$/i.test(path));
  return flatImports({ kind: 'llamacpp', directory, files: models, origins });
}

/** Returns the files of `manifest=ORG=REPO=TAG.json` by their names in the cache. */
function listedOrigins(name: string, json: string): readonly (readonly [string, Origin])[] {
  const [, org, repo] = /^manifest=([^=]+)=([^=]+)=.+\.json$/.exec(name) ?? [];
  const manifest = org === undefined ? null : jsonOrNull(repoManifest, json);
  return [manifest?.ggufFile ?? null, manifest?.mmprojFile ?? null]
    .flatMap((file) => (file === null ? [] : partsOf(file)))
    .map(({ path, sha256: hash }) => [
      `${org}_${repo}_${path}`.replaceAll('/', '_'),
      { url: hubUrl(`${org}/${repo}`, path), sha256: hash },
    ]);
}

/** Returns the file that `NAME.gguf.json` describes. */
function recordedOrigin(name: string, json: string): readonly (readonly [string, Origin])[] {
  const record = name.startsWith('manifest=') ? null : jsonOrNull(fileRecord, json);
  if (record === null) return [];
  const etag = (record.etag ?? '').replace(/^W\//, '').replaceAll('"', '');
  const hash = /^[0-9a-f]{64}$/.test(etag) ? etag : null;
  return [[name.slice(0, -'.json'.length), { url: record.url, sha256: hash }]];
}

interface FlatDirectory {
  readonly kind: FlatKind;
  readonly directory: string;
  readonly files: readonly FlatFile[];
  /** path of a file → where it came from */
  readonly origins: ReadonlyMap<string, Origin>;
}

function flatImports(found: FlatDirectory): Imports {
  const groups = new Map<string, FlatFile[]>();
  for (const file of found.files.filter(({ path }) => /\.gguf$/i.test(path))) {
    const key = splitPart(file.path)?.whole ?? file.path;
    groups.set(key, [...(groups.get(key) ?? []), file]);
  }
  const all = [...groups.values()].map((files) => flatImport(files, found));
  return {
    models: all.filter((each) => 'model' in each),
    rejected: all.filter((each) => 'reason' in each),
  };
}

function flatImport(
  files: readonly FlatFile[],
  { kind, directory, origins }: FlatDirectory,
): ImportModel | RejectedImport {
  const name = files[0]?.path ?? '';
  const lost = missingPart(files.map(({ path }) => path));
  if (lost !== null) return { name, why: 'incomplete', reason: `${lost} is missing` };
  const origin = origins.get(name);
  const ref = origin === undefined ? null : urlRef(origin.url);
  if (ref === null) return { name, why: 'unusable', reason: 'its origin is unknown' };
  const pinned = unsizedUrlModel(ref);
  if (pinned.files.length !== files.length)
    return { name, why: 'unusable', reason: 'its origin has other parts' };
  return {
    kind,
    directory,
    model: {
      ...pinned,
      files: pinned.files.map(({ path }, at): PinnedFile => {
        const { bytes, path: from } = files[at] ?? { bytes: 0, path: '' };
        return { path, bytes, digest: digestOf(origins.get(from)) };
      }),
    },
    files: pinned.files.map(({ path }, at) => ({ path, from: files[at]?.path ?? '' })),
    whole: true,
    listing: [],
  };
}

function digestOf(origin: Origin | undefined): Digest | null {
  return typeof origin?.sha256 === 'string' ? { algorithm: 'sha256', hex: origin.sha256 } : null;
}

/** Returns the files of a manifest: all parts of a split model, of which the manifest names the first. */
function partsOf({
  rfilename,
  lfs,
}: z.infer<typeof listedFile>): readonly { readonly path: string; readonly sha256: string | null }[] {
  const all = splitPart(rfilename)?.all ?? [rfilename];
  return all.map((path) => ({ path, sha256: path === rfilename ? (lfs?.sha256 ?? null) : null }));
}

function hubUrl(repo: string, path: string): string {
  return `${HUB}/${repo}/resolve/main/${path.split('/').map(encodeURIComponent).join('/')}`;
}

function urlRef(url: string): UrlRef | null {
  try {
    const ref = parseModelRef(url);
    return layoutOf(ref) === 'flat' ? (ref as UrlRef) : null;
  } catch (error) {
    if (error instanceof RmaError) return null;
    throw error;
  }
}
