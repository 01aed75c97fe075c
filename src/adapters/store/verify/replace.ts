import { randomUUID } from 'node:crypto';
import { basename, dirname, join } from 'node:path';
import type { Problem } from '../../../core/domain/verification.ts';
import { placeInStore } from '../../../core/source/store-paths.ts';
import type { FetchFix, Replacement } from '../../../ports/store-verifier.ts';
import { NO_RECORD, unless } from '../disk/disk.ts';
import { onDisk } from '../disk/disk-fault.ts';
import { ensureDir, syncDir, writeAtomic } from '../disk/files.ts';
import { placeLinks } from '../layouts/hf-links.ts';
import { stagingFor } from '../transfer/staging.ts';
import { quarantine } from './quarantine.ts';
import { type ReceiptContext, updateReceipts } from './refresh-receipts.ts';

/** Puts right contents in place, one after the other: readers find the wrong content or the right one, never none. */
export async function replaceContents(
  context: ReceiptContext,
  replacements: readonly Replacement[],
): Promise<void> {
  for (const { problem, fix, staged } of replacements) {
    if (staged !== null) await putInPlace(context, { problem, fix, from: staged.path });
    if (fix.link !== null) await putLink(context, problem, fix);
    const { place, receipts, file } = fix;
    const expected = file.digest === null ? [] : [{ bytes: file.bytes, digest: file.digest }];
    await updateReceipts(context, { place, receipts, expected });
  }
  const folders = new Set(
    replacements.flatMap(({ staged }) => (staged === null ? [] : [dirname(staged.path)])),
  );
  for (const folder of folders) await context.disk.rm(folder, { recursive: true, force: true });
}

/** Moves a record to the quarantine, and writes the right one. */
export async function restoreRecord(
  context: ReceiptContext,
  problem: Problem,
  text: string | null,
): Promise<void> {
  const { disk, paths } = context;
  const path = placeInStore(paths, problem.path);
  await quarantine(context, problem.path, problem.text);
  if (text === null) await unless(NO_RECORD, disk.unlink(path));
  else await writeAtomic(disk, { staging: stagingFor(paths, path), path, text });
  await syncDir(disk, dirname(path));
}

async function putInPlace(
  context: ReceiptContext,
  { problem, fix, from }: { readonly problem: Problem; readonly fix: FetchFix; readonly from: string },
): Promise<void> {
  const { disk, paths } = context;
  const place = placeInStore(paths, fix.place);
  await ensureDir(disk, dirname(place));
  await quarantine(context, fix.place, problem.text);
  const temp = join(stagingFor(paths, place), `${randomUUID()}.file`);
  try {
    // the staged file stays for other names of the same content
    await disk.link(from, temp);
    await onDisk(place, () => disk.rename(temp, place));
  } finally {
    await disk.rm(temp, { force: true }).catch(() => undefined);
  }
  await syncDir(disk, dirname(place));
}

/** Creates a link in a snapshot of a hub cache; what is there goes to the quarantine. */
async function putLink(
  context: ReceiptContext,
  problem: Problem,
  { model, place, link }: FetchFix,
): Promise<void> {
  const { disk, paths } = context;
  if (link === null) return;
  if (problem.path !== place) await quarantine(context, problem.path, problem.text);
  const blob = placeInStore(paths, place);
  const staging = stagingFor(paths, blob);
  await ensureDir(disk, staging);
  await placeLinks({
    disk,
    repo: dirname(dirname(blob)),
    commit: String(model['commit']),
    staging,
    targets: [{ path: link, blob: basename(place) }],
  });
}
