/**
 * A small web server that can be made unhealthy, for `coppice demo`:
 *
 *     GET /          200 "ok web-1"; 500 while it is broken
 *     POST /break    breaks it: a file in the working directory, so that a restart does not cure it and a fresh directory does
 *
 * Its port comes from PORT. Every start is written to a log, a line each: that is how the demo proves that nothing was started twice.
 */
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';

const [name = 'server', startLog] = process.argv.slice(2);
const broken = 'broken';

if (startLog !== undefined) appendFileSync(startLog, `${JSON.stringify({ name, pid: process.pid })}\n`);
writeFileSync('pid', `${process.pid}\n`);

const server = createServer((request, response) => {
  if (request.method === 'POST' && request.url === '/break')
    writeFileSync(broken, 'until the directory is fresh\n');
  const isWell = !existsSync(broken);
  response.writeHead(isWell ? 200 : 500, { 'Content-Type': 'text/plain' });
  response.end(isWell ? `ok ${name}\n` : `${name} has lost its mind\n`);
});
server.listen(Number(process.env.PORT), '127.0.0.1', () =>
  console.log(`${name} answers on port ${process.env.PORT}`),
);
