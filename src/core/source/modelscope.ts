import * as z from 'zod/mini';
import type { PinnedFile } from '../domain/pinned-model.ts';
import { RmaError } from '../errors.ts';
import { announcedBytes } from '../hub/announced-bytes.ts';
import { hubRefusal, type TokenWays } from '../hub/hub-refusal.ts';
import { cutLayout } from './layout-option.ts';
import {
  type MsAnswer,
  type MsEntry,
  msBadAnswer,
  parseMsListing,
  statusOfCode,
} from './modelscope-listing.ts';
import { pinnedFields } from './pinned-fields.ts';
import {
  type PinnedRepository,
  type RepositoryRef,
  repositoryFields,
  repositoryReference,
} from './repository.ts';
import { selectRepository } from './select-repository.ts';
import { type Access, ask, type Dialog, type Source } from './source.ts';

/** A ModelScope repository: it has no commit of a whole listing, the files' hashes pin it. */
export interface PinnedMsModel extends PinnedRepository {
  readonly source: 'ms';
}

/** The hub truncates every listing at this many entries without notice. */
const LISTING_LIMIT = 3000;
const MAX_LISTINGS = 1000;
const TOKEN_WAYS: TokenWays = { give: 'MODELSCOPE_API_TOKEN', check: 'check MODELSCOPE_API_TOKEN' };

const REFERENCE = repositoryReference('ms', 'master');

/** ModelScope: one listing of a branch or tag has every file, size and sha256. */
export const modelscope: Source<RepositoryRef, PinnedMsModel> = {
  id: 'ms',
  schemes: ['ms'],
  ...REFERENCE,
  // the only layout of its models
  parse: (text) => REFERENCE.parse(cutLayout(text, REFERENCE.grammar).body),
  help: [['ms:ORG/REPO[@REV][:GLOB]', 'repository on ModelScope, branch master']],
  endpoint: { fallback: 'https://www.modelscope.cn', environment: 'MODELSCOPE_ENDPOINT' },
  token: {
    environment: 'MODELSCOPE_API_TOKEN',
    fileEnvironment: 'MODELSCOPE_API_TOKEN_PATH',
    secret: 'modelscope_token',
    ways: TOKEN_WAYS,
    // the SDKs up to 1.37 send the cookie, newer ones both
    headers: (token) => ({ authorization: `Bearer ${token}`, cookie: `m_session_id=${token}` }),
  },
  store: {
    layout: 'tree',
    program: 'modelscope',
    directory: 'modelscope',
    moved: ({ MODELSCOPE_CACHE: cache }) => cache || null,
    lease: ({ repo }) => `ms-${repo.replaceAll('/', '--')}`,
    receipt: ({ repo, revision }) => `ms/${repo.replaceAll('/', '--')}/${encodeURIComponent(revision)}.json`,
    home: ({ repo }) => repo,
    caches,
  },
  schema: z.object({
    ...pinnedFields('ms'),
    ...repositoryFields,
  }),
  *resolve(ref, access) {
    const { repo, revision } = ref;
    const listing = yield* listAll(ref, access);
    const { entries, fields } = selectRepository(ref, listing);
    const files: PinnedFile[] = [];
    for (const entry of entries) files.push(yield* pinned(ref, entry, access));
    return { source: 'ms', ref: this.format(ref), repo, revision, ...fields, files };
  },
  part(ref, { files }) {
    const { repo, revision } = ref;
    return { source: 'ms', ref: this.format(ref), repo, revision, complete: false, files };
  },
  locate: (model, { path }, endpoint) => fileUrl(model, path, endpoint),
  copy: (ref, path, endpoint) => fileUrl(ref, path, endpoint),
  origin: ({ repo, revision }) => `ms:${repo}@${revision}`,
  label: ({ repo }, { path }) => `${repo}/${path}`,
};

/** Lists all files. A truncated listing is requested again directory by directory. */
function* listAll(ref: RepositoryRef, access: Access): Dialog<readonly MsEntry[]> {
  const found = new Map<string, MsEntry>();
  const directories = [''];
  for (const root of directories) {
    const whole = yield* list(ref, { root, recursive: true }, access);
    for (const entry of whole) found.set(entry.path, entry);
    if (whole.length < LISTING_LIMIT) continue;
    const direct = yield* list(ref, { root, recursive: false }, access);
    if (direct.length >= LISTING_LIMIT || directories.length > MAX_LISTINGS) {
      throw msBadAnswer(ref.repo, `${root || 'its top directory'} contains more files than the hub lists`);
    }
    for (const entry of direct) found.set(entry.path, entry);
    directories.push(...direct.filter(({ isFolder }) => isFolder).map(({ path }) => path));
  }
  return [...found.values()].filter(({ isFolder }) => !isFolder);
}

function* list(
  ref: RepositoryRef,
  { root, recursive }: { readonly root: string; readonly recursive: boolean },
  access: Access,
): Dialog<readonly MsEntry[]> {
  const query = new URLSearchParams({
    Revision: ref.revision,
    Recursive: recursive ? 'True' : 'False',
    ...(root === '' ? {} : { Root: root }),
  });
  const url = `${access.endpoint}/api/v1/models/${ref.repo}/repo/files?${query}`;
  const { status, text } = yield* ask({ url });
  const answer = parseListing(status, text, ref.repo);
  if (answer.kind === 'listing') return answer.entries;
  throw refusal(ref, answer, access);
}

/** Completes an entry of the listing: a missing size is requested, a missing hash means trust on first use. */
function* pinned(ref: RepositoryRef, { path, bytes, sha256 }: MsEntry, access: Access): Dialog<PinnedFile> {
  const digest = sha256 === null ? null : ({ algorithm: 'sha256', hex: sha256 } as const);
  return { path, bytes: bytes ?? (yield* fetchSize(ref, path, access)), digest };
}

function* fetchSize(ref: RepositoryRef, path: string, access: Access): Dialog<number> {
  const url = fileUrl(ref, path, access.endpoint);
  const reply = yield* ask({ url, headers: { range: 'bytes=0-0' }, until: 'headers' });
  if (reply.status >= 400 && reply.status !== 416) {
    throw refusal(ref, { kind: 'refused', code: reply.status, message: '' }, access);
  }
  const empty = /^bytes \*\/0$/.test(reply.headers['content-range'] ?? '') ? 0 : null;
  const bytes = announcedBytes(reply) ?? empty;
  if (bytes === null) throw msBadAnswer(`${ref.repo}/${path}`, 'the response contains no file size');
  return bytes;
}

function fileUrl(
  { repo, revision }: Pick<RepositoryRef, 'repo' | 'revision'>,
  path: string,
  endpoint: string,
) {
  const query = new URLSearchParams({ Revision: revision, FilePath: path });
  return `${endpoint}/api/v1/models/${repo}/repo?${query}`;
}

/** Parses a response; an error without a body in the hub's format is classified by its HTTP status. */
function parseListing(status: number, text: string, subject: string): MsAnswer {
  if (status === 200) return parseMsListing(text, subject);
  const byStatus = { kind: 'refused', code: status, message: '' } as const;
  try {
    const answer = parseMsListing(text, subject);
    const known = answer.kind !== 'refused' || statusOfCode(answer.code) !== null;
    return known && answer.kind !== 'listing' && status < 500 ? answer : byStatus;
  } catch {
    return byStatus;
  }
}

function refusal(
  ref: RepositoryRef,
  answer: Exclude<MsAnswer, { kind: 'listing' }>,
  access: Access,
): RmaError {
  const refused = answer.kind === 'refused';
  const status = refused ? statusOfCode(answer.code) : 404;
  if (status === null) return unknownCode(ref, refused ? answer : { code: 0, message: '' });
  return hubRefusal({
    status,
    errorCode: refused ? undefined : 'RevisionNotFound',
    subject: ref.repo,
    revision: ref.revision,
    page: `${access.endpoint}/models/${ref.repo}`,
    tokenSent: access.tokenSent,
    tokenWays: TOKEN_WAYS,
  });
}

function unknownCode(ref: RepositoryRef, { code, message }: { code: number; message: string }): RmaError {
  return new RmaError(
    'RMA_HUB_BAD_ANSWER',
    `the hub returned code ${code} for ${ref.repo}: ${message.slice(0, 200) || 'no message'}`,
    { details: { code } },
  );
}

/**
 * Where ModelScope's own tools leave files of a repository: SDKs up to 1.37 in `models/OWNER/NAME`, with `.` in names as
 * `___`, older ones without `models`, or with `hub` before it; newer ones in `models/OWNER--NAME/snapshots/REVISION`. The
 * nearest to the revision comes first.
 */
function caches({ repo, revision }: PinnedMsModel): readonly string[] {
  const [owner = '', name = ''] = repo.split('/');
  const encoded = name.replaceAll('.', '___');
  const snapshots = `models/${owner}--${name}/snapshots`;
  return [
    `${snapshots}/${revision}`,
    `models/${owner}/${encoded}`,
    `models/${owner}/${name}`,
    `${owner}/${encoded}`,
    `hub/models/${owner}/${encoded}`,
    `hub/${owner}/${encoded}`,
    `${snapshots}/*`,
  ];
}
