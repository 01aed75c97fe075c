import type { RmaEvent } from '../../core/events.ts';
import { RMA_VERSION } from '../../core/version.ts';
import type { OutStream } from '../process-io.ts';
import type { CliReporter, Outcome } from './cli-reporter.ts';

/** Version of the stream format. New keys and new line types do not change it. */
const FORMAT = '1.0';

/** Prints one JSON object per line on stdout: `version` first, `result` last. */
export class JsonReporter implements CliReporter {
  private readonly out: OutStream;

  constructor(out: OutStream) {
    this.out = out;
    this.line({ type: 'version', rma: RMA_VERSION, format: FORMAT });
  }

  emit(event: RmaEvent): void {
    this.line(event);
  }

  close({ exitCode, document }: Outcome): void {
    const { schema, ...rest } = document;
    if (schema.startsWith('rma.error/')) this.line({ type: 'result', exitCode, ...rest });
    else this.line({ type: 'result', exitCode, result: document });
  }

  private line(value: object): void {
    this.out.write(`${JSON.stringify(value)}\n`);
  }
}
