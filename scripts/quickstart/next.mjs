// Prints the addresses that `rma up --json` named.
import { readFileSync } from 'node:fs';

const { endpoints } = JSON.parse(readFileSync(process.argv[2], 'utf8'));
console.log('');
for (const { service, url, chatPath } of endpoints)
  console.log(`  ${service.padEnd(22)} ${url}${chatPath ?? ''}`);
