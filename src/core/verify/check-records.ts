import type { InventoryModel } from '../domain/inventory.ts';
import type { PinnedModel } from '../domain/pinned-model.ts';
import type { ScannedTree } from '../domain/store-scan.ts';
import type { Problem } from '../domain/verification.ts';
import { isRef } from '../inventory/group-hf-cache.ts';
import { isManifest } from '../inventory/group-ollama.ts';
import { below } from '../inventory/grouped-tree.ts';
import { canonical } from '../inventory/needed-by.ts';
import { OLLAMA_REGISTRY } from '../source/ollama-reference.ts';
import { layoutOf } from '../source/sources.ts';
import type { StoreSnapshot } from './model-facts.ts';

type StoreRecords = Pick<StoreSnapshot, 'scan' | 'inventory'>;

const REF = /^models--([^/]+)\/refs\/(.+)$/;
const COMMIT = /^[0-9a-f]{40}$/;

/**
 * Returns what is wrong with the records that layouts consist of: refs of hub caches, manifests of Ollama stores, and
 * directories that may not be read.
 */
export function checkRecords(seen: StoreRecords): readonly Problem[] {
  return [...seen.inventory.denied.map(deniedProblem), ...wrongRecords(seen)];
}

function deniedProblem(path: string): Problem {
  return { path, kind: 'unreadable', text: 'cannot be read (EACCES)', reference: path, fix: null };
}

function wrongRecords(seen: StoreRecords): readonly Problem[] {
  return seen.scan.trees.flatMap((tree) => {
    if (layoutOf(tree) === 'ollama') return wrongManifests(tree, seen);
    return [...tree.texts].flatMap(([path, text]) =>
      isRef(path) ? (wrongRef(tree, path, { text, seen }) ?? []) : [],
    );
  });
}

function wrongRef(
  tree: ScannedTree,
  path: string,
  { text, seen }: { readonly text: string; readonly seen: StoreRecords },
): Problem | null {
  const [, folder = '', revision = ''] = REF.exec(path) ?? [];
  const commit = text.trim();
  const isCommit = COMMIT.test(commit);
  if (isCommit && !isDangling(tree, folder, commit)) return null;
  const repo = folder.replace('--', '/');
  const known = seen.scan.records.find(
    (record) => record.source === tree.source && record['repo'] === repo && record['revision'] === revision,
  );
  const right = known === undefined ? null : recordedCommit(known, seen.inventory.models);
  return {
    path: below(tree, path),
    kind: 'ref',
    text: isCommit ? `names the commit ${commit.slice(0, 12)}, which has no snapshot` : 'contains no commit',
    reference: `${tree.source}:${repo}${revision === 'main' ? '' : `@${revision}`}`,
    fix: { kind: 'record', text: right === commit ? null : right },
  };
}

/** A ref precedes its snapshot while a download runs, and needs none if the repository lacks all requested files. */
function isDangling(tree: ScannedTree, folder: string, commit: string): boolean {
  const own = (path: string) => path.startsWith(`models--${folder}/`);
  return !tree.files.some(
    ({ path }) =>
      own(path) &&
      (path.startsWith(`models--${folder}/snapshots/${commit}/`) ||
        path.startsWith(`models--${folder}/.no_exist/${commit}/`) ||
        path.endsWith('.incomplete')),
  );
}

/** Returns the commit of a record, if the store has its snapshot. */
function recordedCommit(record: PinnedModel, models: readonly InventoryModel[]): string | null {
  const { commit } = record;
  return typeof commit === 'string' && models.some((model) => model.commit === commit) ? commit : null;
}

function wrongManifests(tree: ScannedTree, { inventory, scan }: StoreRecords): readonly Problem[] {
  const readable = new Set(inventory.models.map(({ path }) => path));
  return tree.files
    .filter(({ path }) => isManifest(path) && !readable.has(below(tree, path)))
    .map(({ path }) => {
      const [, host = '', namespace = '', model = '', tag = ''] = path.split('/');
      const record = scan.records.find(
        (each) =>
          each['registry'] === host &&
          each['namespace'] === namespace &&
          each['model'] === model &&
          each['tag'] === tag,
      );
      const text = record?.['manifest'];
      const name = `ollama:${host === OLLAMA_REGISTRY ? '' : `${host}/`}${namespace}/${model}:${tag}`;
      return {
        path: below(tree, path),
        kind: 'manifest',
        text: 'is not a manifest',
        reference: canonical(name) ?? name,
        fix: { kind: 'record', text: typeof text === 'string' ? text : null },
      };
    });
}
