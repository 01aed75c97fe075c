import { readHistory } from '../../app/history/read-history.ts';
import type { Context } from '../context/context.ts';
import type { CommandResult } from '../define-command.ts';
import { historyDocument, historyRows, renderHistory } from '../render/history.ts';

/** Lists the history of the project on this host. @throws RmaError RMA_FILE_UNREADABLE (3) */
export async function showHistory(_input: unknown, context: Context): Promise<CommandResult> {
  const { config } = await context.config();
  const { entries, faults } = await readHistory(await context.host(), config);
  for (const { code, message, hint } of faults.values())
    context.reporter.emit({ type: 'warning', code, text: message, ...(hint !== undefined && { hint }) });
  const rows = historyRows(entries);
  const documents = rows.map(historyDocument);
  return {
    json: { schema: 'rma.history/v1', project: config.project, entries: documents },
    human: (theme) =>
      rows.length === 0 ? `No history of project "${config.project}".` : renderHistory(rows, theme),
    ids: entries.map(({ number }) => String(number)),
    items: documents,
    ...(rows.length === 0 && { next: 'rma up' }),
  };
}
