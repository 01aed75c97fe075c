import type { PinnedFile } from '../domain/pinned-model.ts';
import type { ScannedFile } from '../domain/store-scan.ts';
import { RmaError } from '../errors.ts';
import { blobFiles, parseManifest } from '../source/ollama-manifest.ts';
import { OLLAMA_REGISTRY } from '../source/ollama-reference.ts';
import { type GroupTree, hasContent, type ModelGroup, type ReceiptIndex, withReceipt } from './group.ts';

const MANIFEST = /^manifests\/([^/]+)\/([^/]+)\/([^/]+)\/([^/]+)$/;
const BLOB = /^blobs\/sha256-[0-9a-f]{64}$/;
const PARTIAL = /^blobs\/sha256-[0-9a-f]{64}-partial/;

/** Returns whether a file of an Ollama store is a manifest. */
export function isManifest(path: string): boolean {
  return MANIFEST.test(path);
}

/** Groups an Ollama store: one model for each manifest, `manifests/HOST/NAMESPACE/NAME/TAG`. */
export const groupOllama: GroupTree = (tree, receipts) => {
  const files = new Map(tree.files.map((file) => [file.path, file]));
  const models = [...tree.texts].flatMap(([path, text]) => modelOf({ path, text, files }, receipts) ?? []);
  const used = new Set(models.flatMap((model) => model.files.map(({ file }) => file.path)));
  const blobs = tree.files.filter(({ path }) => BLOB.test(path));
  // a manifest that cannot be read may name any blob
  const manifests = tree.files.filter(({ path }) => path === 'manifests' || path.startsWith('manifests/'));
  const isReadable = manifests.length === models.length;
  return {
    models,
    partial: tree.files.filter(({ path }) => PARTIAL.test(path)),
    orphans: isReadable ? blobs.filter(({ path }) => !used.has(path)) : [],
    undecided: isReadable ? [] : blobs,
    sharesFiles: true,
    own: [],
  };
};

interface StoredManifest {
  readonly path: string;
  readonly text: string;
  readonly files: ReadonlyMap<string, ScannedFile>;
}

function modelOf({ path, text, files }: StoredManifest, receipts: ReceiptIndex): ModelGroup | null {
  const [, host = '', namespace, name, tag] = MANIFEST.exec(path) ?? [];
  const blobs = blobsOf(text, path);
  if (tag === undefined || blobs === null) return null;
  const all = receipts.below('ollama');
  const found = blobs.map((blob) => ({ blob, file: files.get(`blobs/${blob.path}`) }));
  return {
    path,
    references: [`ollama:${host === OLLAMA_REGISTRY ? '' : `${host}/`}${namespace}/${name}:${tag}`],
    commit: null,
    files: found.flatMap(({ blob, file }) =>
      file !== undefined && hasContent(file) && file.bytes === blob.bytes
        ? [withReceipt(all, { path: blob.path, file, digest: blob.digest })]
        : [],
    ),
    missing: found
      .filter(({ blob, file }) => file === undefined || !hasContent(file) || file.bytes !== blob.bytes)
      .map(({ blob }) => blob.path),
    names: [path],
    receipts: [`ollama/${host}/${namespace}/${name}/${tag}.json`],
    lease: `ollama-${host}+${namespace}+${name}`,
  };
}

function blobsOf(text: string, subject: string): readonly PinnedFile[] | null {
  try {
    return blobFiles(parseManifest(text, subject), subject);
  } catch (error) {
    if (error instanceof RmaError) return null;
    throw error;
  }
}
