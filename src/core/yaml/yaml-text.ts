import { stringify } from 'yaml';

/** Plain data as YAML that readers of YAML 1.1 understand in the same way (`no` and `22:22` are quoted). */
export function toYaml(value: unknown): string {
  return stringify(value, { version: '1.1', aliasDuplicateObjects: false, lineWidth: 0 });
}
