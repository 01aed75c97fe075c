import type { ModelProgress } from '../domain/worker-status.ts';
import { parseBytes, parseDuration } from '../units.ts';
import { unstarted } from './model-progress.ts';

/** Words of `progressLine` without numbers, with their states. */
const STATES: Readonly<Record<string, ModelProgress['state']>> = {
  'Waiting for': 'waiting',
  Checking: 'checking',
  Verifying: 'verifying',
  'Already present': 'present',
  Failed: 'failed',
};

const LINE = /^\S+ [A-Z]+ +\[[^\]]*\] (.+)$/;
const DOWNLOADING =
  /^Downloading (.+): \d+ %, ([\d.]+ \w+) of ([\d.]+ \w+)(?:, ([\d.]+ \w+)\/s)?(?:, ([\dhmsd ]+) left)?(?: \((.+)\))?$/;
const DOWNLOADED = /^Downloaded (.+): ([\d.]+ \w+)$/;
const OTHER = new RegExp(`^(${Object.keys(STATES).join('|')}) (\\S+)(?: \\((.+)\\))?$`);

/** Returns the progress in a line of a worker's log, with its rounded numbers; null for any other line. See `progressLine`. */
export function readProgressLine(line: string): ModelProgress | null {
  const text = LINE.exec(line)?.[1];
  if (text === undefined) return null;
  return readDownloading(text) ?? readDownloaded(text) ?? readOther(text);
}

function readDownloading(text: string): ModelProgress | null {
  const match = DOWNLOADING.exec(text);
  if (match === null) return null;
  const [, ref = '', done = '', total = '', rate, left, note] = match;
  return {
    ...unstarted(ref, parseBytes(total) ?? 0),
    state: 'downloading',
    doneBytes: parseBytes(done) ?? 0,
    bytesPerSecond: rate === undefined ? null : parseBytes(rate),
    etaSeconds: left === undefined ? null : parseDuration(left.replaceAll(' ', '')),
    ...(note !== undefined && { note }),
  };
}

function readDownloaded(text: string): ModelProgress | null {
  const [, ref = '', size] = DOWNLOADED.exec(text) ?? [];
  const bytes = size === undefined ? null : parseBytes(size);
  if (bytes === null) return null;
  return { ...unstarted(ref, bytes), state: 'present', doneBytes: bytes, fetchedBytes: bytes };
}

function readOther(text: string): ModelProgress | null {
  const [, word = '', ref = '', note] = OTHER.exec(text) ?? [];
  const state = STATES[word];
  return state === undefined ? null : { ...unstarted(ref, 0), state, ...(note !== undefined && { note }) };
}
