import type { ArgumentSpec } from '../argument.ts';

/** Formats an argument for usage lines and commander: `<REF>`, `[REF]`, `[REF...]`, `<REF...>`. */
export function argumentForm(name: string, form: ArgumentSpec<unknown>['form']): string {
  const label = name.replaceAll(/([a-z])([A-Z])/g, '$1-$2').toUpperCase();
  switch (form) {
    case 'required':
      return `<${label}>`;
    case 'optional':
      return `[${label}]`;
    case 'list':
      return `[${label}...]`;
    case 'non-empty-list':
      return `<${label}...>`;
  }
}
