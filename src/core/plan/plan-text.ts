import type { Operation } from './operation.ts';
import type { Plan, PlanCheck } from './plan-types.ts';
import { type Effect, effectOf } from './summarise.ts';

const SIGNS: Readonly<Record<Effect, string>> = { create: '+', change: '~', remove: '-' };

/** The plan as stable text: one line per operation with its object and cause, then one per check. */
export function planText({ operations, checks }: Plan): string {
  const lines = [...operations.map(operationLine), ...checks.map(checkLine)];
  return lines.length === 0 ? 'nothing to do\n' : lines.map((line) => `${line}\n`).join('');
}

function operationLine(operation: Operation): string {
  const mark = operation.destructive ? ' (destructive)' : '';
  return `${SIGNS[effectOf(operation)]} ${operation.kind} ${objectOf(operation)}${mark}: ${operation.cause}`;
}

function checkLine({ level, code, message }: PlanCheck): string {
  return `! ${level} ${code}: ${message}`;
}

function objectOf(operation: Operation): string {
  switch (operation.kind) {
    case 'write-file':
      return operation.path;
    case 'write-secret':
    case 'create-volume':
      return operation.name;
    case 'build-image':
      return `${operation.tag} from ${operation.base}`;
    case 'pull-image':
      return operation.image;
    case 'fetch-model':
      return `${operation.ref} (${operation.bytes} bytes, files: ${operation.files.length}, by ${operation.by})`;
    case 'start-service':
    case 'recreate-service':
    case 'restart-service':
    case 'stop-service':
    case 'remove-service':
      return operation.service;
  }
}
