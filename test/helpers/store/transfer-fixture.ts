import { randomBytes, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { join } from 'node:path';
import { type Disk, realDisk } from '../../../src/adapters/store/disk/disk.ts';
import { createSlot } from '../../../src/adapters/store/transfer/staging.ts';
import { HttpTransfer, type TransferOptions } from '../../../src/adapters/store/transfer/transfer.ts';
import type { Digest } from '../../../src/core/domain/pinned-model.ts';
import type { TransferJob } from '../../../src/ports/transfer.ts';
import { JumpingClock } from '../clock/jumping-clock.ts';
import { tempFolder } from '../files/temp-folder.ts';
import { type ModelServer, type SeenRequest, sendContent, sha256, startModelServer } from './model-server.ts';
import { testHttp } from './test-http.ts';
import { virtualLine } from './virtual-line.ts';

export const MIB = 1024 * 1024;

/** Bytes of a piece with a hash of its own. */
export const PIECE = 4 * MIB;

/** Responds to the n-th request for the file, from 1. */
export type Script = (n: number, request: SeenRequest, response: ServerResponse) => void;

/** A rig with a line of its own, and small ranges. */
export interface RigOptions {
  readonly size?: number;
  readonly stallMs?: number;
  /** rate for so many open responses, bytes a second; default: the time does not change */
  readonly rate?: (responses: number) => number;
  readonly limits?: TransferOptions['limits'];
  /** ms since the Unix epoch at the start */
  readonly now?: number;
}

export interface TransferRig {
  readonly server: ModelServer;
  readonly content: Buffer;
  readonly folder: string;
  readonly clock: JumpingClock;
  /** bytes received */
  received(): number;
  /** largest number of open responses so far */
  connections(): number;
  /** Creates a slot and downloads once. Returns the digest and the file. */
  fetch(
    overrides?: Partial<TransferJob>,
    disk?: Disk,
  ): Promise<{ digest: Digest; file: Buffer; path: string }>;
}

/** Creates a file on a scripted server, and its transfer. Without a script the server works normally. */
export function transferRig(
  script: Script | null = null,
  size = 2 * MIB,
  stallMs?: number,
): Promise<TransferRig> {
  return parallelRig(script, { size, ...(stallMs === undefined ? {} : { stallMs }) });
}

/** Like `transferRig`, for a transfer over several connections. */
export async function parallelRig(
  script: Script | null,
  { size = 2 * MIB, stallMs, rate, limits, now }: RigOptions = {},
): Promise<TransferRig> {
  const server = await startModelServer();
  const content = randomBytes(size);
  const folder = join(tempFolder(), 'staging');
  const clock = new JumpingClock(now);
  const line = rate === undefined ? null : virtualLine(clock, rate);
  const http = line?.http ?? testHttp(stallMs);
  let count = 0;
  let received = 0;
  server.fault = (request, response) => {
    count += 1;
    if (script === null) sendContent(request, response, content);
    else script(count, request, response);
    return true;
  };
  const rig: TransferRig = {
    server,
    content,
    folder,
    clock,
    received: () => received,
    connections: () => line?.most() ?? 1,
    fetch: async (overrides = {}, disk = realDisk) => {
      const slot = overrides.slot ?? (await createSlot(disk, folder, size));
      const limited = limits === undefined ? {} : { limits };
      const transfer = new HttpTransfer({
        http,
        clock,
        random: () => 0,
        disk,
        minPart: MIB / 4,
        pieceBytes: PIECE,
        ...limited,
      });
      const { digest } = await transfer.fetch({
        location: { url: `${server.url}/${randomUUID()}`, authorization: null },
        bytes: size,
        digest: { algorithm: 'sha256', hex: sha256(content) },
        slot,
        label: 'acme/tiny/model.bin',
        magic: null,
        onBytes: (_, bytes) => {
          received += bytes;
          line?.received(bytes);
        },
        signal: new AbortController().signal,
        ...overrides,
      });
      return { digest, file: readFileSync(slot.path), path: slot.path };
    },
  };
  return rig;
}

/** Sends only the first bytes of a valid response and closes the connection. */
export function sendCut(
  request: SeenRequest,
  response: ServerResponse,
  { content, bytes }: { readonly content: Buffer; readonly bytes: number },
): void {
  const write = response.write.bind(response);
  response.end = ((chunk?: Buffer) => {
    if (chunk === undefined) return response.destroy();
    write(chunk.subarray(0, bytes), () => response.destroy());
    return response;
  }) as typeof response.end;
  sendContent(request, response, content);
}
