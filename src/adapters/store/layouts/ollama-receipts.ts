import { join } from 'node:path';
import type { StoreGuard } from '../disk/store-guard.ts';
import { type Receipt, readReceiptSync } from '../receipts/receipts.ts';

/** Reads the receipts of all Ollama models, `ollama/<host>/<namespace>/<model>/<tag>.json` below the receipts directory; broken ones are skipped. */
export function readOllamaReceipts(receipts: string, guard: StoreGuard): readonly Receipt[] {
  const folder = join(receipts, 'ollama');
  return guard
    .namesBelow(folder)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => readReceiptSync(join(folder, name), guard) ?? []);
}
