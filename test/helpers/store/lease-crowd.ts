import { type ChildProcess, spawn } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { onTestFinished } from 'vitest';

export interface CrowdOptions {
  readonly program: string;
  readonly root: string;
  readonly keys: readonly string[];
  readonly seed: number;
}

/** A process that takes leases. */
interface Member {
  readonly child: ChildProcess;
  state: 'waiting' | 'held' | 'told' | 'suspended' | 'ended';
  /** seconds at its last heartbeat; null: it has no lease */
  beatAt: number | null;
  /** seconds after which its lease has expired */
  expiresAt: number;
}

/** Longer than the 90 seconds after which others take over. */
const EXPIRY_SECONDS = 110;

/** Processes that take leases of one store, led by what they print. */
export class LeaseCrowd {
  readonly #options: CrowdOptions;
  readonly #members: Member[] = [];
  readonly #events = new EventEmitter();
  /** in the order in which they acquired their leases */
  #holders: Member[] = [];
  #seconds = 0;
  #isEnding = false;
  readonly faults: string[] = [];
  readonly counts = { killed: 0, suspended: 0, lost: 0, published: 0 };

  constructor(options: CrowdOptions) {
    this.#options = options;
    this.#events.setMaxListeners(0);
  }

  start(): void {
    const { program, root, keys, seed } = this.#options;
    const id = String(this.#members.length);
    const args = [program, root, id, String(seed + this.#members.length), ...keys];
    const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'pipe'] });
    onTestFinished(() => void child.kill('SIGKILL'));
    const member: Member = { child, state: 'waiting', beatAt: null, expiresAt: 0 };
    this.#members.push(member);
    child.stdin.on('error', () => undefined);
    child.stderr.on('data', (chunk: Buffer) => this.faults.push(String(chunk)));
    createInterface({ input: child.stdout }).on('line', (line) => this.#heard(member, line));
    child.on('close', (code, signal) => {
      if (code !== 0 && signal !== 'SIGKILL') this.faults.push(`process ${id} ended with ${code ?? signal}`);
      member.state = 'ended';
      this.#events.emit('change');
    });
  }

  /** Returns the process that has a lease for longest and got no request; null if there is none and some are suspended. */
  async nextHolder(): Promise<Member | null> {
    for (;;) {
      const holder = this.#holders.shift();
      if (holder !== undefined) return holder;
      if (this.#count('suspended') > 0) return null;
      await this.#change();
    }
  }

  publish(member: Member): void {
    member.state = 'told';
    member.child.stdin?.write(this.#isEnding ? 'end\n' : 'go\n');
  }

  async kill(member: Member): Promise<void> {
    this.counts.killed += 1;
    member.child.kill('SIGKILL');
    while (member.state !== 'ended') await this.#change();
    this.start();
  }

  suspend(member: Member): void {
    this.counts.suspended += 1;
    member.state = 'suspended';
    member.expiresAt = this.#seconds + EXPIRY_SECONDS;
    member.child.kill('SIGSTOP');
  }

  /** Lets ten seconds pass, and waits for the heartbeat of each process that runs and has a lease. */
  async passTenSeconds(): Promise<void> {
    appendFileSync(join(this.#options.root, 'seconds'), '.'.repeat(10));
    this.#seconds += 10;
    const isLate = ({ state, beatAt }: Member) =>
      state !== 'suspended' && state !== 'ended' && beatAt !== null && beatAt < this.#seconds;
    while (this.#members.some(isLate)) await this.#change();
  }

  /** Continues the processes whose leases have expired, and requests them to publish. */
  wakeExpired(): void {
    for (const member of this.#members) {
      if (member.state !== 'suspended' || member.expiresAt > this.#seconds) continue;
      this.publish(member);
      member.child.kill('SIGCONT');
    }
  }

  /** Lets all processes end. */
  async end(): Promise<void> {
    this.#isEnding = true;
    while (this.#members.some(({ state }) => state !== 'ended')) {
      for (let holder = this.#holders.shift(); holder !== undefined; holder = this.#holders.shift())
        this.publish(holder);
      if (this.#count('suspended') > 0) await this.passTenSeconds();
      this.wakeExpired();
      if (this.#holders.length === 0 && this.#count('suspended') === 0) await this.#change();
    }
  }

  #heard(member: Member, line: string): void {
    const [what = '', word = ''] = line.split(' ');
    if (what === 'beat') member.beatAt = Number(word);
    if (what === 'fenced') member.beatAt = null;
    if (what === 'wait') Object.assign(member, { state: 'waiting', beatAt: null });
    if (what === 'held') {
      member.state = 'held';
      this.#holders.push(member);
    }
    if (what === 'published') this.counts.published += 1;
    if (what === 'lost') this.counts.lost += 1;
    if (what === 'lost' && !line.endsWith('RMA_STORE_LEASE_LOST')) this.faults.push(line);
    if (what === 'free') Object.assign(member, { state: 'waiting', beatAt: null });
    this.#events.emit('change');
  }

  #count(state: Member['state']): number {
    return this.#members.filter((member) => member.state === state).length;
  }

  async #change(): Promise<void> {
    await once(this.#events, 'change');
  }
}
