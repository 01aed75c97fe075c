import type * as z from 'zod/mini';
import type { ImportKind } from '../domain/import.ts';
import type { ModelRef } from '../domain/model-ref.ts';
import type { PinnedFile, PinnedModel } from '../domain/pinned-model.ts';
import type { TokenWays } from '../hub/hub-refusal.ts';
import type { Schema } from '../schema/parse.ts';
import type { ZipEntry } from '../store/zip-directory.ts';

/**
 * Everything about one source of models: how its references are written, what is requested from its server, and where
 * its models are in the store. All of it is pure; `src/adapters/hub` sends the requests, `src/adapters/store/layouts`
 * writes the files.
 */
export interface Source<R extends ModelRef = ModelRef, M extends PinnedModel = PinnedModel> {
  /** value of `source` in references, pinned models and `reads` of engines */
  readonly id: string;
  /** id of the source whose server and engines it shares, for another layout of the same models */
  readonly variantOf?: string;
  /** first parts of its references, before the colon */
  readonly schemes: readonly string[];
  /** the form of a reference, for error messages */
  readonly grammar: string;
  /** rows of `rma help references`: a form of the reference, and its meaning */
  readonly help: readonly (readonly [form: string, meaning: string])[];
  /** the server for references that name none; null if each reference names it */
  readonly endpoint: Endpoint | null;
  /** null: requests are anonymous */
  readonly token: TokenSource | null;
  /** ids of other sources that its content comes from: requests to their servers have their tokens */
  readonly servers?: readonly string[];
  readonly store: StorePlaces<M>;
  /** the fields of a pinned model, as JSON from outside must have them */
  readonly schema: Schema<M> & z.core.$ZodTypeDiscriminable;

  /** @throws RmaError RMA_MODEL_REF_INVALID exit 2 */
  parse(text: string): R;
  /** Returns the one canonical text of a reference; `parse` returns the same value for it. */
  format(ref: R): string;
  /** Returns one text for all spellings of a reference that the server does not distinguish; without it, that of `format`. */
  key?(ref: R): string;
  /** Returns the name under which engines serve the model of a reference. */
  servedName(ref: R): string;
  /** Returns true if clients know the model by that name only, whatever the catalog calls it. */
  hasOwnName(ref: R): boolean;

  /** Returns the exact files of a reference, out of a dialog with the server. @throws RmaError RMA_HUB_*, RMA_CONTENT_* */
  resolve(ref: R, access: Access): Dialog<M>;
  /** Returns the model of a reference with only these files, which a store has or needs; null if what pins it is unknown. */
  part(ref: R, stored: StoredPart): M | null;
  /** Returns the URL of a file's content, or of the archive with it. `endpoint` as in `Access`. */
  locate(model: M, file: PinnedFile, endpoint: string): string;
  /** Returns where a file is in the archive at its URL; null if that is the file itself. Without it, all URLs are. */
  archived?(model: M, file: PinnedFile): ArchivedFile | null;

  /** Returns the URL of what a reference has under the name of a file; null if that is nothing. `endpoint` as in `Access`. */
  copy?(ref: R, path: string, endpoint: string): string | null;

  /** Returns the text that pins the content: a commit, a URL, the digest of a manifest. */
  origin(model: M): string;
  /** Returns the short form of the pin; without it the origin counts. */
  version?(model: M): string;
  /** Returns why the files of a model from another machine are not those of its manifest; null if they are. */
  fault?(model: M): string | null;
  /** Returns whether rma itself knows the content of a file, by its hash. */
  isKnown?(model: M, file: PinnedFile): boolean;
  /** Returns a file as progress lines and errors show it. */
  label(model: M, file: PinnedFile): string;
  /** Returns the roles of files, where the source itself assigns them: path → `model`, `projector`, … */
  roles?(model: M): ReadonlyMap<string, string>;
}

/** A file of a model in an archive. */
export interface ArchivedFile {
  /** the archive, under a name that no file of the model has */
  readonly archive: PinnedFile;
  readonly entry: ZipEntry;
}

/** What a store has recorded of a model. */
export interface StoredPart {
  readonly files: readonly PinnedFile[];
  /** null: the layout has none, or it is unknown */
  readonly commit: string | null;
  /** text of the manifest of an Ollama model; null for other models, or if it is unknown */
  readonly manifest: string | null;
  /** the model by the record of the reference; absent without one */
  readonly recorded?: PinnedModel | undefined;
}

/** Where a source's server is, and how users choose another one. */
export interface Endpoint {
  /** address without a trailing slash */
  readonly fallback: string;
  /** other addresses of the same server, which references may name */
  readonly aliases?: readonly string[];
  /** variable with another address */
  readonly environment: string;
  /** other programs in the containers read the variable too: they get it with its default as well */
  readonly shared?: true;
}

/** How a token for a source's server is passed to rma and its containers. */
export interface TokenSource {
  /** variable with the token */
  readonly environment: string;
  /** variable with the path of a file that contains the token */
  readonly fileEnvironment: string;
  /** name of the secret in the project */
  readonly secret: string;
  /** for the error when the server rejects it */
  readonly ways: TokenWays;
  /** Returns the headers that carry the token. */
  headers(token: string): Credentials;
}

export interface Credentials {
  /** value of `Authorization` */
  readonly authorization: string | null;
  /** value of `Cookie` */
  readonly cookie?: string | null;
}

export type Layout = 'hf-cache' | 'flat' | 'ollama' | 'tree' | 'plain' | 'docling';

/** Where a source's models are in the store. Paths are relative POSIX paths. */
export interface StorePlaces<M extends PinnedModel = PinnedModel> {
  /** how files are laid out: a writer in `src/adapters/store/layouts` */
  readonly layout: Layout;
  /** the program that keeps its own models in this layout; without it there is none */
  readonly program?: ImportKind;
  /** directory of the source, in the store */
  readonly directory: string;
  /** Returns an absolute directory that the environment names instead; null if it names none. */
  moved?(environment: Readonly<Record<string, string | undefined>>): string | null;
  /** Returns the name of the lease that covers the model. */
  lease(model: M): string;
  /** Returns the path of the model's receipt below the directory of receipts. */
  receipt(model: M): string;
  /** Returns the model's own directory below the source's; empty if models have none. */
  home(model: M): string;
  /** Returns directories below the source's own in which other tools may have left files of the model; `*` at the end means every name. */
  caches?(model: M): readonly string[];
}

/** How the server is reached. */
export interface Access {
  /** address without a trailing slash; empty for a source without one */
  readonly endpoint: string;
  /** true if requests to the endpoint carry a token */
  readonly tokenSent: boolean;
}

/** A request to a source's server. */
export interface SourceRequest {
  readonly url: string;
  /** default `GET` */
  readonly method?: 'GET' | 'HEAD';
  /** lower-case names; the adapter adds the token */
  readonly headers?: Readonly<Record<string, string>>;
  /** largest body, bytes (default 64 MiB) */
  readonly maxBytes?: number;
  /** `headers`: the connection is closed before the body; `bytes`: `bytes` of the reply has the body, at most `maxBytes` of it */
  readonly until?: 'headers' | 'body' | 'bytes';
  /** a response that may be missing: requested once; a network fault is a reply with status 0 */
  readonly once?: true;
  /** counts from 1: the request repeats one that failed so often, after a pause */
  readonly attempt?: number;
}

/** A server's reply. Header names are in lower case. */
export interface SourceReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** all replies on the way through redirects, the last included */
  readonly hops: readonly { readonly headers: Readonly<Record<string, string>> }[];
  /** empty if only the headers or bytes were read */
  readonly text: string;
  /** the body of a request `until: 'bytes'` */
  readonly bytes?: Uint8Array;
}

/** A conversation with a server: yields requests, continues with their replies, returns the result. */
export type Dialog<T> = Generator<SourceRequest, T, SourceReply>;

/** Sends one request: `const reply = yield* ask(request)`. */
export function* ask(request: SourceRequest): Dialog<SourceReply> {
  return yield request;
}
