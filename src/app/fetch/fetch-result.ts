import { EXIT, type ExitCode, toErrorDocument } from '../../core/errors.ts';

/** How fetching one model ended. */
export type FetchResult =
  | {
      readonly ref: string;
      readonly state: 'present';
      /** bytes that came over the network; 0 when everything was there */
      readonly fetchedBytes: number;
    }
  | {
      readonly ref: string;
      readonly state: 'failed';
      readonly fetchedBytes: number;
      readonly error: unknown;
    };

/**
 * Returns the exit code of a download: 0 if every model is present; 8 if some are; else the exit code of the faults if they
 * all have the same one, else 1.
 */
export function fetchExitCode(results: readonly FetchResult[]): ExitCode {
  const codes = results.flatMap((result) =>
    result.state === 'failed' ? [toErrorDocument(result.error).exitCode] : [],
  );
  const [first] = codes;
  if (first === undefined) return EXIT.ok;
  if (codes.length < results.length) return EXIT.partial;
  return codes.every((code) => code === first) ? first : EXIT.failed;
}
