import * as z from 'zod/mini';
import type { PinnedFile, PinnedModel } from '../domain/pinned-model.ts';
import { sha256Hex } from '../hash.ts';
import { matching, text, wholeNumber } from '../schema/rules.ts';
import { assertSafePaths } from '../store/safe-path.ts';
import { listArchive, type PinnedArchive } from './docling/archive.ts';
import {
  bundleOf,
  DOCLING_GRAMMAR,
  type DoclingRef,
  formatDoclingRef,
  parseDoclingRef,
} from './docling/reference.ts';
import {
  DOCLING_RELEASES,
  type DoclingPart,
  type FilePart,
  type RepositoryPart,
} from './docling/releases.ts';
import { huggingface } from './huggingface.ts';
import { pinnedFields } from './pinned-fields.ts';
import type { Access, Dialog, Source } from './source.ts';
import { pinUrlFile } from './url-head.ts';

/** Models of docling in the directory layout of `docling-tools models download`. */
export interface PinnedDoclingModel extends PinnedModel {
  readonly source: 'docling';
  /** release of docling, such as `2.143` */
  readonly release: string;
  /** `files` is everything that the reference means */
  readonly complete: boolean;
  /** directory → its repository on the Hugging Face hub */
  readonly repositories: Readonly<Record<string, PinnedCommit>>;
  /** path → URL, of files of no repository */
  readonly urls: Readonly<Record<string, string>>;
  /** path → where the file is in an archive */
  readonly archives: Readonly<Record<string, PinnedArchive>>;
}

interface PinnedCommit {
  readonly repo: string;
  /** 40 hex digits */
  readonly commit: string;
}

type Pins = Pick<PinnedDoclingModel, 'files' | 'repositories' | 'urls' | 'archives'>;

const HUB = huggingface.endpoint?.fallback ?? '';
/** The hashes and commits that the releases of docling name. */
const KNOWN_HASHES: ReadonlySet<string> = new Set(
  Object.values(DOCLING_RELEASES).flatMap(({ models }) => Object.values(models).flat().flatMap(hashesOf)),
);
const url = matching(/^https:\/\//, 'an https URL');

/** The model bundles of docling: repositories of the Hugging Face hub, and files and archives of other servers. */
export const docling: Source<DoclingRef, PinnedDoclingModel> = {
  id: 'docling',
  schemes: ['docling'],
  grammar: DOCLING_GRAMMAR,
  help: [
    ['docling:default', 'models that docling downloads by default'],
    ['docling:NAME[,NAME]', 'layout, tableformer, rapidocr, easyocr, …; all for every model'],
    ['docling:NAME@2.143', 'the models of this release of docling'],
  ],
  // EasyOCR's archives; the other content comes from `servers`, wherever their settings lead
  endpoint: { fallback: 'https://github.com', environment: 'RMA_GITHUB_ENDPOINT' },
  token: null,
  servers: [huggingface.id],
  parse: parseDoclingRef,
  format: formatDoclingRef,
  servedName: formatDoclingRef,
  hasOwnName: () => false,
  store: {
    layout: 'docling',
    directory: 'docling',
    // bundles share directories
    lease: () => 'docling',
    receipt: ({ ref }) => `docling/${receiptName(ref)}.json`,
    home: () => '',
  },
  schema: z.object({
    ...pinnedFields('docling'),
    release: text(),
    complete: z.boolean(),
    repositories: z.record(
      z.string(),
      z.object({ repo: text(), commit: matching(/^[0-9a-f]{40}$/, '40 hexadecimal digits') }),
    ),
    urls: z.record(z.string(), url),
    archives: z.record(
      z.string(),
      z.object({
        url,
        bytes: wholeNumber(0),
        entry: z.object({
          name: text(),
          bytes: wholeNumber(0),
          storedBytes: wholeNumber(0),
          isDeflated: z.boolean(),
          crc32: wholeNumber(0),
          offset: wholeNumber(0),
        }),
      }),
    ),
  }),
  *resolve(ref, access) {
    const { release, parts } = bundleOf(ref);
    const pins: Pins[] = [];
    for (const part of parts) pins.push(yield* pinsOf(part, access));
    const files = pins.flatMap((each) => each.files);
    assertSafePaths(
      files.map(({ path }) => path),
      formatDoclingRef(ref),
    );
    return {
      source: 'docling',
      ref: formatDoclingRef(ref),
      release,
      complete: true,
      repositories: Object.assign({}, ...pins.map(({ repositories }) => repositories)),
      urls: Object.assign({}, ...pins.map(({ urls }) => urls)),
      archives: Object.assign({}, ...pins.map(({ archives }) => archives)),
      files,
    };
  },
  part(_, { files, recorded }) {
    // only its record has the commits of all repositories
    return recorded === undefined ? null : { ...(recorded as PinnedDoclingModel), complete: false, files };
  },
  locate: urlOf,
  archived({ archives }, { path }) {
    const found = archives[path];
    if (found === undefined) return null;
    return { archive: { path: `${path}.zip`, bytes: found.bytes, digest: null }, entry: found.entry };
  },
  origin: (model) => `${model.ref} (${versionOf(model)})`,
  version: versionOf,
  isKnown: ({ repositories }, { path, digest }) =>
    [digest?.hex, repositories[directoryOf(path)]?.commit].some((hash = '') => KNOWN_HASHES.has(hash)),
  label: (_, { path }) => path,
};

/** Returns the name of the receipt of a reference: its text without the scheme. */
function receiptName(ref: string): string {
  return ref.slice(ref.indexOf(':') + 1);
}

/** Returns the release, and a hash of the commits and URLs. */
function versionOf({ release, repositories, urls, archives }: PinnedDoclingModel): string {
  const commits = Object.entries(repositories).map(([directory, { commit }]) => `${directory} ${commit}`);
  const others = [...Object.values(urls), ...Object.values(archives).map((archive) => archive.url)];
  return `${release}+${sha256Hex([...commits, ...others].sort().join('\n')).slice(0, 12)}`;
}

/** Returns what pins the content of a part in the release itself, if anything does. */
function hashesOf(part: DoclingPart): readonly string[] {
  switch (part.kind) {
    case 'repository':
      return /^[0-9a-f]{40}$/.test(part.revision) ? [part.revision] : [];
    case 'file':
      return part.sha256 === null ? [] : [part.sha256];
    case 'archive':
      return [part.md5];
  }
}

function directoryOf(path: string): string {
  return path.slice(0, path.indexOf('/'));
}

function pinsOf(part: DoclingPart, access: Access): Dialog<Pins> {
  switch (part.kind) {
    case 'repository':
      return repositoryPins(part, access);
    case 'file':
      return filePins(part);
    case 'archive':
      return archivePins(part);
  }
}

function* repositoryPins({ repo, revision }: RepositoryPart, { tokenSent }: Access): Dialog<Pins> {
  const ref = huggingface.parse(`${huggingface.id}:${repo}@${revision}:all`);
  const { commit, files } = yield* huggingface.resolve(ref, { endpoint: HUB, tokenSent });
  const directory = repo.replace('/', '--');
  return {
    ...NOTHING,
    files: files.map((file) => ({ ...file, path: `${directory}/${file.path}` })),
    repositories: { [directory]: { repo, commit } },
  };
}

function* filePins({ directory, url: location, sha256 }: FilePart): Dialog<Pins> {
  const path = `${directory}/${location.slice(location.lastIndexOf('/') + 1)}`;
  const { file } = yield* pinUrlFile({ path, url: location, sha256 });
  return { ...NOTHING, files: [file], urls: { [path]: location } };
}

function* archivePins(part: Extract<DoclingPart, { kind: 'archive' }>): Dialog<Pins> {
  const found = yield* listArchive(part);
  return {
    ...NOTHING,
    files: found.map(({ file }) => file),
    archives: Object.fromEntries(found.map(({ file, archive }) => [file.path, archive])),
  };
}

const NOTHING: Pins = { files: [], repositories: {}, urls: {}, archives: {} };

function urlOf({ repositories, urls, archives }: PinnedDoclingModel, { path }: PinnedFile): string {
  const direct = urls[path] ?? archives[path]?.url;
  if (direct !== undefined) return direct;
  const directory = directoryOf(path);
  const { repo, commit } = repositories[directory] ?? { repo: '', commit: '' };
  const file = path
    .slice(directory.length + 1)
    .split('/')
    .map(encodeURIComponent)
    .join('/');
  return `${HUB}/${repo}/resolve/${commit}/${file}`;
}
