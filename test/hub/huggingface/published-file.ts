import type { Exchange } from '../exchange.ts';
import type { FaultBoard, FaultTarget } from '../faults.ts';
import type { Commit, HubFile, Repo } from '../repos.ts';

/** A file of a commit. */
export interface Located {
  readonly repo: Repo;
  readonly commit: Commit;
  readonly file: HubFile;
}

/** The hashes in listings and headers: correct unless a fault changes them. */
export interface PublishedHashes {
  readonly oid: string;
  readonly sha256: string;
}

export function publishedHashes(exchange: Exchange, faults: FaultBoard, located: Located): PublishedHashes {
  const { oid, sha256 } = located.file;
  if (faults.strike('wrong-hash', fileTarget(exchange, located)) === undefined) return { oid, sha256 };
  return { oid: otherHash(oid), sha256: otherHash(sha256) };
}

/** The target that faults of the file match: its resolve URL, in listings as well. */
export function fileTarget({ port, method }: Exchange, { repo, commit, file }: Located): FaultTarget {
  return { path: `/${repo.name}/resolve/${commit.sha}/${file.path}`, port, method };
}

function otherHash(hex: string): string {
  return [...hex].map((digit) => (15 - Number.parseInt(digit, 16)).toString(16)).join('');
}
