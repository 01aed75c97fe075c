const MS = 120_000;

/** For `expect.poll` and `vi.waitFor`: only a failure takes this long, however slow the machine is. */
export const PATIENCE = { timeout: MS, interval: 100 };

/** Milliseconds for a test on the Docker Engine; `parts`: how many times the usual work it does. */
export const testTimeout = (parts = 1): number => 5 * MS * parts;

/** The value of `--wait-timeout`. */
export const WAIT_TIMEOUT = `${MS / 1000}s`;
