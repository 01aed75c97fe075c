import type { PinnedFile, PinnedModel, PinnedMsModel } from '../../core/domain/pinned-model.ts';
import { RmaError } from '../../core/errors.ts';
import { hubRefusal, type TokenWays } from '../../core/hub/hub-refusal.ts';
import type { ModelRef } from '../../core/reference/model-ref.ts';
import { formatModelRef } from '../../core/reference/parse-ref.ts';
import { selectFiles } from '../../core/reference/select-files.ts';
import { assertSafePaths } from '../../core/store/safe-path.ts';
import type { HttpClient } from '../../ports/http-client.ts';
import type { FileLocation, ModelSource } from '../../ports/model-source.ts';
import { announcedBytes } from './announced-bytes.ts';
import { type MsAnswer, type MsEntry, msBadAnswer, parseMsListing, statusOfCode } from './ms-listing.ts';
import { noMatch } from './no-match.ts';

export interface ModelScopeOptions {
  /** base address, MODELSCOPE_ENDPOINT */
  readonly endpoint: string;
  /** returns the token when it is needed; null for anonymous access */
  readonly token: () => string | null;
  readonly http: HttpClient;
}

/** Address of the hub unless MODELSCOPE_ENDPOINT is set. */
export const MS_DEFAULT_ENDPOINT = 'https://www.modelscope.cn';

/** The hub truncates every listing at this many entries without notice. */
const LISTING_LIMIT = 3000;
const MAX_LISTINGS = 1000;
const TOKEN_WAYS: TokenWays = { give: 'MODELSCOPE_API_TOKEN', check: 'check MODELSCOPE_API_TOKEN' };

type MsRef = Extract<ModelRef, { source: 'ms' }>;

/** ModelScope: one listing of a branch or tag has every file, size and sha256. */
export class ModelScopeSource implements ModelSource {
  readonly source = 'ms';
  readonly #endpoint: string;
  readonly #token: () => string | null;
  readonly #http: HttpClient;

  constructor(options: ModelScopeOptions) {
    this.#endpoint = options.endpoint.replace(/\/+$/, '');
    this.#token = options.token;
    this.#http = options.http;
  }

  async resolve(ref: ModelRef, signal?: AbortSignal): Promise<PinnedMsModel> {
    if (ref.source !== 'ms') throw new Error(`a ${ref.source} reference reached the ModelScope source`);
    const { repo, revision } = ref;
    const listing = await this.#listing(ref, signal);
    const { files: entries, complete } = selectFiles(listing, ref.pattern);
    if (entries.length === 0) throw noMatch(ref, listing);
    assertSafePaths(
      entries.map(({ path }) => path),
      repo,
    );
    const files: PinnedFile[] = [];
    for (const entry of entries) files.push(await this.#pinned(ref, entry, signal));
    return { source: 'ms', ref: formatModelRef(ref), repo, revision, complete, files };
  }

  locate(model: PinnedModel, file: PinnedFile): FileLocation {
    if (model.source !== 'ms') throw new Error(`a ${model.source} model reached the ModelScope source`);
    return { url: this.#fileUrl(model, file.path), ...this.#secrets(), tokenWays: TOKEN_WAYS };
  }

  /** Lists all files. A truncated listing is requested again directory by directory. */
  async #listing(ref: MsRef, signal: AbortSignal | undefined): Promise<readonly MsEntry[]> {
    const found = new Map<string, MsEntry>();
    const folders = [''];
    for (const folder of folders) {
      const whole = await this.#list(ref, folder, true, signal);
      for (const entry of whole) found.set(entry.path, entry);
      if (whole.length < LISTING_LIMIT) continue;
      const direct = await this.#list(ref, folder, false, signal);
      if (direct.length >= LISTING_LIMIT || folders.length > MAX_LISTINGS) {
        throw msBadAnswer(
          ref.repo,
          `${folder || 'its top directory'} contains more files than the hub lists`,
        );
      }
      for (const entry of direct) found.set(entry.path, entry);
      folders.push(...direct.filter(({ isFolder }) => isFolder).map(({ path }) => path));
    }
    return [...found.values()].filter(({ isFolder }) => !isFolder);
  }

  async #list(
    ref: MsRef,
    folder: string,
    recursive: boolean,
    signal: AbortSignal | undefined,
  ): Promise<readonly MsEntry[]> {
    const query = new URLSearchParams({
      Revision: ref.revision,
      Recursive: recursive ? 'True' : 'False',
      ...(folder === '' ? {} : { Root: folder }),
    });
    const url = `${this.#endpoint}/api/v1/models/${ref.repo}/repo/files?${query}`;
    const { status, text } = await this.#http.read({
      method: 'GET',
      url,
      ...this.#secrets(),
      ...(signal === undefined ? {} : { signal }),
    });
    const answer = parseAnswer(status, text, ref.repo);
    if (answer.kind === 'listing') return answer.entries;
    throw this.#refusal(ref, answer);
  }

  /** Completes an entry of the listing: a missing size is requested, a missing hash means trust on first use. */
  async #pinned(ref: MsRef, entry: MsEntry, signal: AbortSignal | undefined): Promise<PinnedFile> {
    const { path, sha256 } = entry;
    const bytes = entry.bytes ?? (await this.#fetchSize(ref, path, signal));
    return { path, bytes, digest: sha256 === null ? null : { algorithm: 'sha256', hex: sha256 } };
  }

  async #fetchSize(ref: MsRef, path: string, signal: AbortSignal | undefined): Promise<number> {
    const answer = await this.#http.open({
      method: 'GET',
      url: this.#fileUrl(ref, path),
      ...this.#secrets(),
      headers: { range: 'bytes=0-0' },
      ...(signal === undefined ? {} : { signal }),
    });
    answer.close();
    if (answer.status >= 400 && answer.status !== 416) {
      throw this.#refusal(ref, { kind: 'refused', code: answer.status, message: '' });
    }
    const empty = /^bytes \*\/0$/.test(answer.headers['content-range'] ?? '') ? 0 : null;
    const bytes = announcedBytes(answer) ?? empty;
    if (bytes === null) throw msBadAnswer(`${ref.repo}/${path}`, 'it has no size');
    return bytes;
  }

  #fileUrl({ repo, revision }: { readonly repo: string; readonly revision: string }, path: string): string {
    const query = new URLSearchParams({ Revision: revision, FilePath: path });
    return `${this.#endpoint}/api/v1/models/${repo}/repo?${query}`;
  }

  #refusal(ref: MsRef, answer: Exclude<MsAnswer, { kind: 'listing' }>): RmaError {
    const refused = answer.kind === 'refused';
    const status = refused ? statusOfCode(answer.code) : 404;
    if (status === null) return unknownCode(ref, refused ? answer : { code: 0, message: '' });
    return hubRefusal({
      status,
      errorCode: refused ? undefined : 'RevisionNotFound',
      subject: ref.repo,
      revision: ref.revision,
      page: `${this.#endpoint}/models/${ref.repo}`,
      tokenSent: this.#token() !== null,
      tokenWays: TOKEN_WAYS,
    });
  }

  /** The SDKs up to 1.37 send the cookie, newer ones both. */
  #secrets(): { readonly authorization: string | null; readonly cookie: string | null } {
    const token = this.#token();
    if (token === null) return { authorization: null, cookie: null };
    return { authorization: `Bearer ${token}`, cookie: `m_session_id=${token}` };
  }
}

/** Parses a response; an error without a body in the hub's format is judged by its HTTP status. */
function parseAnswer(status: number, text: string, subject: string): MsAnswer {
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

function unknownCode(ref: MsRef, { code, message }: { code: number; message: string }): RmaError {
  return new RmaError(
    'RMA_HUB_BAD_ANSWER',
    `the hub returned code ${code} for ${ref.repo}: ${message.slice(0, 200) || 'no message'}`,
    { details: { code } },
  );
}
