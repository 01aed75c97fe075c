import { EXIT, RmaError } from '../errors.ts';

/** One thing wrong with the configuration. */
export interface ConfigFault {
  /** `rma.yaml:3:7`, `--port` or `RMA_PORTS` */
  readonly where: string;
  readonly message: string;
  /** the command that fixes it, if there is one */
  readonly hint?: string;
}

/** Returns one error with all faults, in the order of their lines. */
export function configError(found: readonly ConfigFault[]): RmaError {
  const faults = [...found].sort((a, b) => a.where.localeCompare(b.where, 'en', { numeric: true }));
  const lines = faults.map(({ where, message }) => `${where}: ${message}`);
  const message =
    lines.length === 1 ? lines.join() : [`${lines.length} errors in the configuration`, ...lines].join('\n');
  return new RmaError('RMA_CONFIG_INVALID', message, {
    exitCode: EXIT.usage,
    hint: faults.find(({ hint }) => hint)?.hint ?? 'rma help settings   (all settings with their defaults)',
    details: { faults },
  });
}
