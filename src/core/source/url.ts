import { basename } from 'node:path/posix';
import * as z from 'zod/mini';
import type { PinnedFile, PinnedModel } from '../domain/pinned-model.ts';
import { splitPart } from '../reference/split-files.ts';
import { matching, text } from '../schema/rules.ts';
import { assertSafePaths } from '../store/safe-path.ts';
import { pinnedFields } from './pinned-fields.ts';
import { ggufName } from './repository.ts';
import type { Source } from './source.ts';
import { pinUrlFile } from './url-head.ts';
import {
  formatUrlRef,
  parseUrlRef,
  partUrl,
  URL_GRAMMAR,
  type UrlRef,
  urlFileName,
  urlFiles,
} from './url-reference.ts';
import { sidecarHashes } from './url-sidecar.ts';
import { knownValidators, type Validator, type Validators, validatorsSchema } from './validators.ts';

/** One file by direct URL, or all parts of a split model, stored flat in a set. */
export interface PinnedUrlModel extends PinnedModel {
  readonly source: 'url';
  /** of the file; of the first part of a split model */
  readonly url: string;
  /** directory below `gguf/` */
  readonly set: string;
  /** name of the file next to it that has the hash; absent if the reference or the response itself has it */
  readonly sidecar?: string | undefined;
  /** path → what the server sent with a file that has no published hash, to detect changes */
  readonly validators?: Validators | undefined;
}

/** One file at a direct URL, or the parts of a split model next to each other. */
export const url: Source<UrlRef, PinnedUrlModel> = {
  id: 'url',
  schemes: ['https', 'http'],
  grammar: URL_GRAMMAR,
  help: [
    ['https://HOST/NAME.gguf', 'one GGUF file, or all parts of a split one'],
    ['https://HOST/NAME.gguf#sha256=HEX', 'one GGUF file, verified against this hash'],
  ],
  endpoint: null,
  token: null,
  store: {
    layout: 'flat',
    directory: 'gguf',
    lease: ({ set, files }) => `gguf-${set}-${files[0]?.path ?? ''}`,
    receipt: ({ set, files }) => `gguf/${set}/${files[0]?.path ?? ''}.json`,
    home: ({ set }) => set,
  },
  schema: z.object({
    ...pinnedFields('url'),
    url: matching(/^https?:\/\//, 'an http or https URL'),
    set: matching(/^[\w-][\w.-]*$/, 'a directory name'),
    sidecar: z.optional(text()),
    validators: z.optional(validatorsSchema),
  }),
  parse: parseUrlRef,
  format: formatUrlRef,
  servedName: (ref) => ggufName(urlFileName(ref)) ?? urlFileName(ref) ?? ref.url,
  hasOwnName: () => false,
  *resolve(ref) {
    const parts = urlFiles(ref);
    assertSafePaths(
      parts.map(({ path }) => path),
      ref.url,
    );
    const files: PinnedFile[] = [];
    const sent: [string, Validator][] = [];
    for (const part of parts) {
      const { file, validator } = yield* pinUrlFile(part);
      files.push(file);
      sent.push([file.path, validator]);
    }
    const unknown = parts.filter((_, at) => files[at]?.digest === null);
    const hashes = yield* sidecarHashes(unknown);
    const sidecar = [...hashes.values()][0]?.from;
    const hashless = new Set(unknown.map(({ path }) => path).filter((path) => !hashes.has(path)));
    const validators = knownValidators(sent.filter(([path]) => hashless.has(path)));
    return {
      source: 'url',
      ref: formatUrlRef(ref),
      url: parts[0]?.url ?? ref.url,
      set: ref.set,
      ...(sidecar !== undefined && { sidecar }),
      ...(validators !== undefined && { validators }),
      files: files.map((file) => withHash(file, hashes.get(file.path)?.sha256)),
    };
  },
  part(ref, { files }) {
    const whole = unsizedUrlModel(ref);
    return {
      ...whole,
      files: whole.files.map((file) => files.find(({ path }) => path === file.path) ?? file),
    };
  },
  locate: fileUrl,
  copy: (ref, path) => urlFiles(ref).find((file) => file.path === basename(path))?.url ?? null,
  origin: (model) => model.url,
  label: (model, file) =>
    model.sidecar === undefined
      ? fileUrl(model, file)
      : `${fileUrl(model, file)} (sha256 from ${model.sidecar})`,
};

/** Returns the model of a direct URL without the sizes and hashes of its files. */
export function unsizedUrlModel(ref: UrlRef): PinnedUrlModel {
  const parts = urlFiles(ref);
  return {
    source: 'url',
    ref: formatUrlRef(ref),
    url: parts[0]?.url ?? ref.url,
    set: ref.set,
    files: parts.map(({ path, sha256: hex }) => ({
      path,
      bytes: 0,
      digest: hex === null ? null : { algorithm: 'sha256', hex },
    })),
  };
}

function withHash(file: PinnedFile, hex: string | undefined): PinnedFile {
  return hex === undefined ? file : { ...file, digest: { algorithm: 'sha256', hex } };
}

function fileUrl(model: PinnedUrlModel, { path }: PinnedFile): string {
  const part = model.files.length > 1 ? splitPart(path) : null;
  return part === null ? model.url : partUrl(model.url, part.part);
}
