import type { YamlText } from '../yaml/read-yaml.ts';

/** One file of `profiles/` or `compose/engines/`. */
export interface DataFile extends YamlText {
  readonly kind: 'profile' | 'engine' | 'models';
  /** the file's name without its ending */
  readonly name: string;
  /** from the user's own directory (default false) */
  readonly own?: boolean;
}
