/**
 * Stands in for a load balancer that the recovery workflows of `coppice demo` talk to. It balances nothing, but remembers who
 * called, so that the demo can prove that no step ran twice.
 *
 *     POST /members/web-1/drain | attach     {"execution": "<id of the workflow's execution>"}
 *     GET  /members/web-1/connections        {"connections": 3}
 *     GET  /calls                            {"calls": [{"member", "call", "execution"}]}
 */
import { createServer } from 'node:http';

const calls = [];

const server = createServer(async (request, response) => {
  const [, , member, call] = request.url.split(/[/?]/);
  const body = request.method === 'POST' ? await readJson(request) : {};
  if (request.url === '/calls') return answer(response, 200, { calls });
  if (!request.url.startsWith('/members/') || call === undefined)
    return answer(response, 404, { error: 'no such thing' });
  calls.push({
    member,
    call,
    execution: body.execution ?? new URL(request.url, 'http://balancer').searchParams.get('execution'),
  });
  answer(response, 200, call === 'connections' ? { connections: 3 } : { member, done: call });
});
server.listen(Number(process.env.PORT ?? 0), '127.0.0.1', () => {
  console.log(JSON.stringify({ ready: { url: `http://127.0.0.1:${server.address().port}` } }));
});

async function readJson(request) {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text === '' ? {} : JSON.parse(text);
}

function answer(response, status, body) {
  response.writeHead(status, { 'Content-Type': 'application/json' });
  response.end(JSON.stringify(body));
}
