import type { Operation } from './operation.ts';
import { objectOf } from './operation-object.ts';
import type { Plan, PlanCheck } from './plan-types.ts';
import { type Effect, effectOf } from './summarise.ts';

const SIGNS: Readonly<Record<Effect, string>> = { create: '+', change: '~', remove: '-', none: '>' };

/** Returns the plan as stable text: one line per operation with its object and cause, then one per check. */
export function planText({ operations, checks }: Pick<Plan, 'operations' | 'checks'>): string {
  const lines = [...operations.map(operationLine), ...checks.map(checkLine)];
  return lines.length === 0 ? 'nothing to do\n' : lines.map((line) => `${line}\n`).join('');
}

function operationLine(operation: Operation): string {
  const mark = operation.destructive ? ' (destructive)' : '';
  const object = `${objectOf(operation)}${detailOf(operation)}`;
  return `${SIGNS[effectOf(operation)]} ${operation.kind} ${object}${mark}: ${operation.cause}`;
}

function checkLine({ level, code, message }: PlanCheck): string {
  return `! ${level} ${code}: ${message}`;
}

function detailOf(operation: Operation): string {
  if (operation.kind === 'build-image') return ` from ${operation.context ?? operation.base}`;
  if (operation.kind !== 'fetch-model') return '';
  return ` (${operation.bytes} bytes, files: ${operation.files.length}, by ${operation.by})`;
}
