import { imageDigest, imageKeys } from '../../core/docker/image-reference.ts';
import type { RmaConfig } from '../../core/domain/config.ts';
import type { HistoryContent, HistoryEntry, UsedImage } from '../../core/domain/history.ts';
import { toErrorDocument } from '../../core/errors.ts';
import type { RmaEvent } from '../../core/events.ts';
import { formatHistoryEntry } from '../../core/history/history-entry.ts';
import { RMA_VERSION } from '../../core/version.ts';
import type { Host } from '../../ports/host.ts';
import type { Invocation } from '../../ports/invocation.ts';
import { projectContainers } from '../observe/project-containers.ts';
import { historyFile, historyNumbers, readHistory } from './read-history.ts';

/** Entries that are kept, besides the last one that was applied. */
const KEPT = 20;

type HistoryHost = Pick<Host, 'engine' | 'images' | 'files'>;
type HistoryContext = Pick<Invocation, 'clock' | 'processes' | 'reporter'>;

export interface HistoryRecord {
  readonly config: Pick<RmaConfig, 'project' | 'stateDir'>;
  readonly content: HistoryContent;
  /** the entry that a rollback applies; null for `up` */
  readonly rollbackTo: number | null;
}

interface RecordedWork extends HistoryRecord {
  /** applies the plan */
  readonly work: () => Promise<void>;
}

/**
 * Applies a plan on one host, and records it in the history there: as unfinished while it runs, then with its result. The
 * caller holds the lock of the project.
 * @throws RmaError RMA_FILE_UNWRITABLE (3), RMA_DISK_FULL (5) before anything changed, and those of `work`
 */
export async function recorded(
  host: HistoryHost,
  invocation: HistoryContext,
  { work, ...record }: RecordedWork,
): Promise<void> {
  const running = await startRecord(host, invocation, record);
  try {
    await work();
  } catch (error) {
    await running.finish(error);
    throw error;
  }
  await running.finish(null);
}

/** An unfinished entry of the history. */
export interface RunningRecord {
  /** Writes the result: the error of the plan, null without one. Never rejects: the error of the plan is the one to report. */
  readonly finish: (error: unknown) => Promise<void>;
}

/** Writes an unfinished entry to the history. @throws RmaError RMA_FILE_UNWRITABLE (3), RMA_DISK_FULL (5) */
export async function startRecord(
  host: HistoryHost,
  invocation: HistoryContext,
  record: HistoryRecord,
): Promise<RunningRecord> {
  const entry = await newEntry(host, invocation, record);
  await writeEntry(host, record, entry);
  await removeOld(host, record);
  return {
    finish: async (error) => {
      if (error !== null) {
        const { code } = toErrorDocument(error);
        // the host may be gone
        await writeEntry(host, record, { ...entry, result: { state: 'failed', code } }).catch(
          () => undefined,
        );
        return;
      }
      try {
        const images = await usedImages(host, record);
        await writeEntry(host, record, { ...entry, result: { state: 'applied' }, images });
      } catch (fault) {
        invocation.reporter.emit(unfinished(entry, fault));
      }
    },
  };
}

function unfinished({ number }: HistoryEntry, error: unknown): RmaEvent {
  const { message, hint } = toErrorDocument(error);
  const text = `entry ${number} of the history stays unfinished: ${message}`;
  return { type: 'warning', code: 'RMA_HISTORY_UNFINISHED', text, ...(hint !== undefined && { hint }) };
}

async function newEntry(
  host: HistoryHost,
  { clock, processes }: HistoryContext,
  { config, content, rollbackTo }: HistoryRecord,
): Promise<HistoryEntry> {
  const [numbers, self] = await Promise.all([historyNumbers(host, config), processes.self()]);
  return {
    ...content,
    number: (numbers.at(-1) ?? 0) + 1,
    time: new Date(clock.now()).toISOString().replace(/\.\d+Z$/, 'Z'),
    command: rollbackTo === null ? 'up' : 'rollback',
    rollbackTo,
    version: RMA_VERSION,
    by: `${self.user}@${self.host}`,
    result: { state: 'unfinished' },
    images: {},
  };
}

async function writeEntry(
  { files }: HistoryHost,
  { config }: HistoryRecord,
  entry: HistoryEntry,
): Promise<void> {
  await files.write(historyFile(config, entry.number), formatHistoryEntry(entry), 0o644);
}

/** Returns the images that the containers of the project run, by reference. */
async function usedImages(
  host: HistoryHost,
  { config, content }: HistoryRecord,
): Promise<Readonly<Record<string, UsedImage>>> {
  const containers = await projectContainers(host, config.project);
  const used = new Map<string, UsedImage>();
  for (const { name, image } of content.stack.services) {
    const container = containers.find(({ service }) => service === name);
    if (container === undefined || used.has(image)) continue;
    const id = container.imageId;
    const digests = (await host.images.inspect(id))?.digests ?? [];
    used.set(image, { id, digest: imageDigest(new Set(imageKeys([image], digests)), image) });
  }
  return Object.fromEntries(used);
}

/** Removes the oldest entries, but not the last one that was applied: many failures must not make a rollback impossible. */
async function removeOld(host: HistoryHost, { config }: HistoryRecord): Promise<void> {
  const old = (await historyNumbers(host, config)).slice(0, -KEPT);
  if (old.length === 0) return;
  const { entries } = await readHistory(host, config);
  const last = entries.findLast(({ result }) => result.state === 'applied')?.number;
  for (const number of old) if (number !== last) await host.files.remove(historyFile(config, number));
}
