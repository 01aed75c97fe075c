import type { PinnedFile, PinnedHfModel, PinnedModel } from '../../core/domain/pinned-model.ts';
import { hubRefusal } from '../../core/hub/hub-refusal.ts';
import type { ModelRef } from '../../core/reference/model-ref.ts';
import { formatModelRef } from '../../core/reference/parse-ref.ts';
import { selectFiles } from '../../core/reference/select-files.ts';
import { assertSafePaths } from '../../core/store/safe-path.ts';
import type { HttpClient, HttpText } from '../../ports/http-client.ts';
import type { FileLocation, ModelSource } from '../../ports/model-source.ts';
import { badAnswer } from './bad-answer.ts';
import { nextPage, parseCommit, parseTreePage } from './hf-listing.ts';
import { noMatch } from './no-match.ts';

export interface HuggingFaceOptions {
  /** base address, HF_ENDPOINT */
  readonly endpoint: string;
  /** returns the token when it is needed; null for anonymous access */
  readonly token: () => string | null;
  readonly http: HttpClient;
}

/** Address of the hub unless HF_ENDPOINT is set. */
export const HF_DEFAULT_ENDPOINT = 'https://huggingface.co';

const MAX_PAGES = 1000;

type HfRef = Extract<ModelRef, { source: 'hf' }>;

/** Hugging Face: resolves a revision to a commit, then lists every file, size and hash in pages. */
export class HuggingFaceSource implements ModelSource {
  readonly source = 'hf';
  readonly #endpoint: string;
  readonly #token: () => string | null;
  readonly #http: HttpClient;

  constructor(options: HuggingFaceOptions) {
    this.#endpoint = options.endpoint.replace(/\/+$/, '');
    this.#token = options.token;
    this.#http = options.http;
  }

  async resolve(ref: ModelRef, signal?: AbortSignal): Promise<PinnedHfModel> {
    if (ref.source !== 'hf') throw new Error(`a ${ref.source} reference reached the Hugging Face source`);
    const commit = await this.#commit(ref, signal);
    const listing = await this.#listing(ref, commit, signal);
    const { files, complete } = selectFiles(listing, ref.pattern);
    if (files.length === 0) throw noMatch(ref, listing);
    assertSafePaths(
      files.map(({ path }) => path),
      ref.repo,
    );
    const { repo, revision } = ref;
    return { source: 'hf', ref: formatModelRef(ref), repo, revision, commit, complete, files };
  }

  locate(model: PinnedModel, file: PinnedFile): FileLocation {
    if (model.source !== 'hf') throw new Error(`a ${model.source} model reached the Hugging Face source`);
    const path = file.path.split('/').map(encodeURIComponent).join('/');
    return {
      url: `${this.#endpoint}/${model.repo}/resolve/${model.commit}/${path}`,
      authorization: this.#authorization(),
    };
  }

  async #commit(ref: HfRef, signal: AbortSignal | undefined): Promise<string> {
    const revision = encodeURIComponent(ref.revision);
    const url = `${this.#endpoint}/api/models/${ref.repo}/revision/${revision}`;
    const { text } = await this.#get(url, ref, signal);
    return parseCommit(text, ref.repo);
  }

  async #listing(
    ref: HfRef,
    commit: string,
    signal: AbortSignal | undefined,
  ): Promise<readonly PinnedFile[]> {
    const files: PinnedFile[] = [];
    let url = `${this.#endpoint}/api/models/${ref.repo}/tree/${commit}?recursive=true&expand=false`;
    for (let page = 0; page < MAX_PAGES; page += 1) {
      const { text, headers } = await this.#get(url, ref, signal);
      files.push(...parseTreePage(text, ref.repo));
      const next = nextPage(headers['link']);
      if (next === null) return files;
      url = new URL(next, url).href;
      if (new URL(url).origin !== new URL(this.#endpoint).origin) {
        throw badAnswer(ref.repo, 'the next page of the file list is on another host');
      }
    }
    throw badAnswer(ref.repo, `the file list has more than ${MAX_PAGES} pages`);
  }

  async #get(url: string, ref: HfRef, signal: AbortSignal | undefined): Promise<HttpText> {
    const authorization = this.#authorization();
    const answer = await this.#http.read({
      method: 'GET',
      url,
      authorization,
      ...(signal === undefined ? {} : { signal }),
    });
    if (answer.status === 200) return answer;
    throw hubRefusal({
      status: answer.status,
      errorCode: answer.headers['x-error-code'],
      subject: ref.repo,
      revision: ref.revision,
      page: `${this.#endpoint}/${ref.repo}`,
      tokenSent: authorization !== null,
    });
  }

  #authorization(): string | null {
    const token = this.#token();
    return token === null ? null : `Bearer ${token}`;
  }
}
