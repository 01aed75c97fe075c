import type { OwnDirectories } from '../domain/config.ts';
import type { RecordedProject } from './recorded-project.ts';

/** Everything that contributes to the configuration, as values. */
export interface ConfigSources extends OwnDirectories {
  readonly file: {
    readonly text: string;
    /** name in error messages */
    readonly name: string;
    /** absolute base directory of relative paths */
    readonly dir: string;
  } | null;
  /** texts of the options, by key of the setting */
  readonly flags: ReadonlyMap<string, readonly string[]>;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** absolute */
  readonly cwd: string;
  readonly home: string | null;
  /** the token file of `hf auth login`, null if there is none */
  readonly hfAuthFile: string | null;
  readonly recorded: RecordedProject;
}
