import * as z from 'zod/mini';
import type { PinnedFile } from '../domain/pinned-model.ts';
import { badAnswer } from '../hub/bad-answer.ts';
import { errorCodeOf, HF_TOKEN_WAYS, hubRefusal } from '../hub/hub-refusal.ts';
import { nextPageUrl } from '../hub/next-page.ts';
import { matching } from '../schema/rules.ts';
import { type NamedCommit, parseCommit, parseTreePage } from './huggingface-listing.ts';
import { cutLayout } from './layout-option.ts';
import { pinnedFields } from './pinned-fields.ts';
import {
  type PinnedRepository,
  type RepositoryRef,
  repositoryFields,
  repositoryReference,
} from './repository.ts';
import { selectRepository } from './select-repository.ts';
import { type Access, ask, type Dialog, type Source, type SourceReply } from './source.ts';

/** A Hugging Face repository at one commit, or the part of it that the reference selects. */
export interface PinnedHfModel extends PinnedRepository {
  readonly source: 'hf';
  /** 40 hex digits */
  readonly commit: string;
}

/** Bounds of a listing: the hub sends 1,000 entries a page. */
const MAX_PAGES = 1000;
const MAX_FILES = 1_000_000;

const REFERENCE = repositoryReference('hf', 'main');

/** Fields of the pinned models of both layouts. */
export const hfModelFields = {
  ...repositoryFields,
  commit: matching(/^[0-9a-f]{40}$/, '40 hexadecimal digits'),
};

/** Hugging Face: resolves a revision to a commit, then lists every file, size and hash in pages. */
export const huggingface: Source<RepositoryRef, PinnedHfModel> = {
  id: 'hf',
  schemes: ['hf'],
  ...REFERENCE,
  parse: parseHfRef,
  // the hub ignores the case of names
  key: (ref) => huggingface.format({ ...ref, repo: ref.repo.toLowerCase() }),
  help: [
    ['hf:ORG/REPO', 'repository on the Hugging Face hub, branch main'],
    ['hf:ORG/REPO@REV', 'a branch, tag, commit or pull request'],
    ['hf:ORG/REPO[@REV]:GLOB', 'matching files only, such as *.gguf'],
    ['hf:ORG/REPO:PRESET', 'safetensors, gguf:Q4_K_M, tokenizer or all'],
    ['hf:ORG/REPO:A,B,!C', 'several of these; ! excludes files'],
    ['hf:ORG/REPO#layout=plain', 'stored as a plain directory, local/ORG/REPO'],
  ],
  endpoint: {
    fallback: 'https://huggingface.co',
    aliases: ['https://hf.co'],
    environment: 'HF_ENDPOINT',
    shared: true,
  },
  token: {
    environment: 'HF_TOKEN',
    fileEnvironment: 'HF_TOKEN_PATH',
    secret: 'hf_token',
    ways: HF_TOKEN_WAYS,
    headers: (token) => ({ authorization: `Bearer ${token}` }),
  },
  store: {
    layout: 'hf-cache',
    program: 'huggingface',
    directory: 'huggingface/hub',
    moved: ({ HF_HUB_CACHE: cache, HUGGINGFACE_HUB_CACHE: older, HF_HOME: home }) =>
      cache || older || (home ? `${home}/hub` : null),
    lease: ({ repo }) => `hf-${cacheName(repo)}`,
    receipt: ({ repo, commit }) => `hf/${cacheName(repo)}/${commit}.json`,
    home: ({ repo, commit }) => `${cacheName(repo)}/snapshots/${commit}`,
  },
  schema: z.object({ ...pinnedFields('hf'), ...hfModelFields }),
  *resolve(ref, access) {
    const { commit, id } = yield* fetchCommit(ref, access);
    const listing = yield* fetchListing(ref, commit, access);
    // the hub ignores case and redirects old names: its own spelling makes them one repository in the store
    return pinnedHfModel(ref, { repo: id ?? ref.repo, commit, listing });
  },
  part(ref, { files, commit }) {
    if (commit === null) return null;
    const { repo, revision } = ref;
    return { source: 'hf', ref: this.format(ref), repo, revision, commit, complete: false, files };
  },
  locate: ({ repo, commit }, { path }, endpoint) => fileUrl({ repo, revision: commit }, path, endpoint),
  copy: (ref, path, endpoint) => fileUrl(ref, path, endpoint),
  origin: ({ repo, commit }) => `hf:${repo}@${commit}`,
  version: ({ commit }) => commit,
  label: ({ repo }, { path }) => `${repo}/${path}`,
};

/** Parses `hf:org/repo[@revision][:files][#layout=plain]`. @throws RmaError RMA_MODEL_REF_INVALID (2) */
function parseHfRef(text: string): RepositoryRef {
  const { body, layout } = cutLayout(text, REFERENCE.grammar);
  const ref = REFERENCE.parse(body);
  return layout === 'plain' ? { ...ref, source: 'plain' } : ref;
}

/** A repository at one commit, with all its files. */
interface ListedRepository {
  readonly repo: string;
  readonly commit: string;
  readonly listing: readonly PinnedFile[];
}

/**
 * Returns the files that a reference selects of its repository.
 * @throws RmaError RMA_HUB_NO_MATCH exit 1, RMA_CONTENT_UNSAFE_PATH exit 6
 */
export function pinnedHfModel(
  ref: RepositoryRef,
  { repo, commit, listing }: ListedRepository,
): PinnedHfModel {
  const { entries: files, fields } = selectRepository(ref, listing);
  return {
    source: 'hf',
    ref: huggingface.format(ref),
    repo,
    revision: ref.revision,
    commit,
    ...fields,
    files,
  };
}

/** Returns the directory name of a repository in a native hub cache. */
export function cacheName(repo: string): string {
  return `models--${repo.replaceAll('/', '--')}`;
}

function fileUrl(
  { repo, revision }: Pick<RepositoryRef, 'repo' | 'revision'>,
  path: string,
  endpoint: string,
): string {
  return `${endpoint}/${repo}/resolve/${revision}/${path.split('/').map(encodeURIComponent).join('/')}`;
}

function* fetchCommit(ref: RepositoryRef, access: Access): Dialog<NamedCommit> {
  const revision = encodeURIComponent(ref.revision);
  const url = `${access.endpoint}/api/models/${ref.repo}/revision/${revision}`;
  const { text } = yield* get(url, ref, access);
  return parseCommit(text, ref.repo);
}

function* fetchListing(ref: RepositoryRef, commit: string, access: Access): Dialog<readonly PinnedFile[]> {
  const files: PinnedFile[] = [];
  const { repo: subject } = ref;
  const seen = new Set<string>();
  let url = `${access.endpoint}/api/models/${subject}/tree/${commit}?recursive=true&expand=false`;
  while (seen.size < MAX_PAGES) {
    seen.add(url);
    const { text, headers } = yield* get(url, ref, access);
    for (const file of parseTreePage(text, subject)) files.push(file);
    const next = nextPageUrl(headers['link'], { url, endpoint: access.endpoint, subject });
    if (next === null) return files;
    if (seen.has(next)) throw badAnswer(subject, 'the file list repeats a page');
    if (files.length > MAX_FILES) throw badAnswer(subject, `the file list has more than ${MAX_FILES} files`);
    url = next;
  }
  throw badAnswer(subject, `the file list has more than ${MAX_PAGES} pages`);
}

function* get(url: string, { repo, revision }: RepositoryRef, access: Access): Dialog<SourceReply> {
  const reply = yield* ask({ url });
  if (reply.status === 200) return reply;
  throw hubRefusal({
    status: reply.status,
    errorCode: errorCodeOf(reply.headers),
    subject: repo,
    revision,
    page: `${access.endpoint}/${repo}`,
    tokenSent: access.tokenSent,
  });
}
