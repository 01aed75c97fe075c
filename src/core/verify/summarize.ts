import type { InventoryModel } from '../domain/inventory.ts';
import type { Problem, Verification, VerifiedModel } from '../domain/verification.ts';

/** What the checks of a store found. */
export interface CheckResults {
  readonly models: readonly InventoryModel[];
  readonly problems: readonly Problem[];
  /** path of content whose right hash is known, but was not compared */
  readonly unread: ReadonlySet<string>;
  /** path of content of which no right hash is known */
  readonly withoutHash: ReadonlySet<string>;
  readonly hashedBytes: number;
  readonly resumedBytes: number;
}

/** Returns the result of a verification. */
export function summarize(results: CheckResults): Verification {
  const { models, problems, unread, withoutHash, hashedBytes, resumedBytes } = results;
  const files = models.flatMap((model) => model.files);
  return {
    models: models.map((model) => verifiedModel(model, results)),
    problems: problems.toSorted((a, b) => (a.path < b.path ? -1 : 1)),
    files: new Set(files.map(({ content }) => content)).size,
    bytes: [...new Map(files.map(({ inode, bytes }) => [inode, bytes])).values()].reduce(
      (sum, each) => sum + each,
      0,
    ),
    unread: unread.size,
    withoutHash: withoutHash.size,
    hashedBytes,
    resumedBytes,
  };
}

function verifiedModel(model: InventoryModel, results: CheckResults): VerifiedModel {
  const { references, path, files, bytes } = model;
  const places = new Set(files.map(({ content }) => content));
  const isOwn = (problem: Problem) =>
    places.has(problem.path) || problem.path.startsWith(`${path}/`) || references.includes(problem.reference);
  const isOpen = files.some(({ content }) => results.unread.has(content) || results.withoutHash.has(content));
  const state = results.problems.some(isOwn) ? 'wrong' : isOpen ? 'unverified' : 'correct';
  return { reference: references[0], path, state, files: files.length, bytes };
}
