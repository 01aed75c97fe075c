import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../disk/disk.ts';
import { type Receipt, readReceiptSync } from '../receipts/receipts.ts';

/** Reads the receipts of all Ollama models, `ollama/<host>/<namespace>/<model>/<tag>.json` below the receipts directory; broken ones are skipped. */
export function readOllamaReceipts(receipts: string): readonly Receipt[] {
  const folder = join(receipts, 'ollama');
  return namesIn(folder)
    .filter((name) => name.endsWith('.json'))
    .flatMap((name) => readReceiptSync(join(folder, name)) ?? []);
}

function namesIn(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { recursive: true, encoding: 'utf8' });
  } catch (error) {
    if (['ENOENT', 'ENOTDIR', 'ESTALE'].includes(errnoOf(error) ?? '')) return [];
    throw error;
  }
}
