import * as z from 'zod/mini';
import type {
  Inventory,
  InventoryFile,
  InventoryItem,
  InventoryModel,
  ModelUser,
  SourceUsage,
  UnknownItem,
} from '../domain/inventory.ts';
import { DIGEST_ALGORITHMS } from '../domain/pinned-model.ts';
import { RmaError } from '../errors.ts';
import { parseJson, type Schema } from '../schema/parse.ts';
import { text } from '../schema/rules.ts';
import { shell } from '../shell-quote.ts';

const file: Schema<InventoryFile> = z.object({
  path: text(),
  content: text(),
  bytes: z.number(),
  diskBytes: z.number(),
  digest: z.nullable(z.object({ algorithm: z.enum(DIGEST_ALGORITHMS), hex: text() })),
  isVerified: z.boolean(),
  users: z.number(),
  otherNames: z.array(text()),
  inode: text(),
  links: z.number(),
  linksElsewhere: z.number(),
});

const user: Schema<ModelUser> = z.object({ host: text(), project: text(), profile: text() });

const model: Schema<InventoryModel> = z.object({
  references: z.tuple([text()], text()),
  source: z.nullable(text()),
  path: text(),
  commit: z.nullable(text()),
  files: z.array(file),
  missing: z.array(z.string()),
  bytes: z.number(),
  sharedBytes: z.number(),
  modifiedAt: z.nullable(text()),
  lastUsedAt: z.nullable(text()),
  neededBy: z.array(user),
  isPinned: z.boolean(),
  names: z.array(text()),
  linkedFrom: z.array(text()),
  records: z.array(text()),
  lease: z.nullable(text()),
});

const item: Schema<InventoryItem> = z.object({ path: text(), files: z.number(), bytes: z.number() });

const unknownItem: Schema<UnknownItem> = z.object({
  path: text(),
  files: z.number(),
  bytes: z.number(),
  diskBytes: z.number(),
});

const usage: Schema<SourceUsage> = z.object({
  source: z.nullable(text()),
  models: z.number(),
  needed: z.number(),
  bytes: z.number(),
  reclaimableBytes: z.number(),
});

const inventory: Schema<Inventory> = z.object({
  models: z.array(model),
  partial: z.array(item),
  orphans: z.array(item),
  unknown: z.array(unknownItem),
  undoContents: z.array(text()),
  downloads: z.exactOptional(z.array(text())),
  denied: z.array(text()),
  usage: z.array(usage),
  totalBytes: z.number(),
});

/** Returns an inventory as one line of JSON. */
export function formatInventory(found: Inventory): string {
  return `${JSON.stringify(found)}\n`;
}

/**
 * Parses the output of `rma-worker inventory`.
 * @throws RmaError RMA_WORKER_INCOMPATIBLE exit 1, for a worker image of another version
 */
export function readInventory(json: string, image: string): Inventory {
  const parsed = parseJson(inventory, json);
  if (parsed.ok) return parsed.value;
  throw new RmaError(
    'RMA_WORKER_INCOMPATIBLE',
    `cannot read the inventory of the store that ${image} printed: ${parsed.faults.slice(0, 3).join('; ')}`,
    {
      hint: shell`the image belongs to another version of rma; rebuild it: docker image rm ${image}, then rma up`,
    },
  );
}
