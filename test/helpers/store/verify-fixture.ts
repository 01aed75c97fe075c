import { readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { systemClock } from '../../../src/adapters/clock/system-clock.ts';
import type { Disk } from '../../../src/adapters/store/disk/disk.ts';
import { FileStoreVerifier } from '../../../src/adapters/store/verify/file-store-verifier.ts';
import {
  type RepairReport,
  type RepairRequest,
  repairStored,
} from '../../../src/app/models/repair-models.ts';
import type { Verification } from '../../../src/core/domain/verification.ts';
import { storePaths } from '../../../src/core/source/store-paths.ts';
import type { Clock } from '../../../src/ports/clock.ts';
import type { VerifyRequest } from '../../../src/ports/store-verifier.ts';
import { catalogOf, configOf } from '../builders/render-builders.ts';
import { FakeHost } from '../host/fake-host.ts';
import { fakeInvocation } from '../host/fake-invocation.ts';
import { type TestFetcher, testFetcher } from './store-fixture.ts';

export interface VerifyOptions extends Partial<VerifyRequest> {
  readonly disk?: Disk;
  readonly clock?: Clock;
  readonly pieceBytes?: number;
}

/** Verifies a store with the real adapter; the default is a quick check of everything. */
export function verifyStore(root: string, options: VerifyOptions = {}): Promise<Verification> {
  const { disk, clock = systemClock, pieceBytes, ...request } = options;
  const verifier = new FileStoreVerifier({
    paths: storePaths(root, {}),
    clock,
    ...(disk !== undefined && { disk }),
    ...(pieceBytes !== undefined && { pieceBytes }),
  });
  return verifier.verify({
    names: [],
    deep: false,
    maxRate: null,
    reuse: false,
    writes: true,
    onProgress: () => undefined,
    signal: new AbortController().signal,
    ...request,
  });
}

/** Returns what is wrong, as `PATH: KIND`. */
export function problemsOf({ problems }: Pick<Verification, 'problems'>): readonly string[] {
  return problems.map(({ path, kind }) => `${path}: ${kind}`);
}

export interface RepairOptions extends Partial<Pick<RepairRequest, 'names' | 'dryRun'>> {
  readonly disk?: Disk;
  readonly fetcher?: TestFetcher;
  /** of downloads and new records; default: 64 MiB */
  readonly pieceBytes?: number;
}

/** Repairs a store with real adapters, from a hub. */
export function repairStore(
  root: string,
  endpoint: string,
  options: RepairOptions = {},
): Promise<RepairReport> {
  const { disk, pieceBytes, names = [], dryRun = false } = options;
  const disks = { ...(disk !== undefined && { disk }), ...(pieceBytes !== undefined && { pieceBytes }) };
  const fetcher = options.fetcher ?? testFetcher(root, endpoint, disks);
  const { sources, store, transfer } = fetcher;
  const verifier = new FileStoreVerifier({ paths: storePaths(root, {}), clock: systemClock, ...disks });
  const invocation = fakeInvocation(catalogOf({}, []), { sources, clock: systemClock });
  return repairStored(new FakeHost(), invocation, {
    config: configOf({ profiles: [] }),
    folder: { store, transfer, verifier },
    names,
    maxRate: null,
    dryRun,
  });
}

/** Changes one byte of a file and keeps its times, as a disk does. */
export function flipByte(path: string, at?: number): void {
  const { atimeMs, mtime } = statSync(path);
  const content = readFileSync(path);
  const offset = at ?? content.length - 1;
  content[offset] = (content[offset] ?? 0) ^ 1;
  writeFileSync(path, content);
  utimesSync(path, atimeMs / 1000, mtime);
}
