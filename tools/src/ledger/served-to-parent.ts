import { createServer, type RequestListener, type ServerResponse } from 'node:http';

/**
 * Answers on a free port of loopback, which is written to standard output for the parent to read. Standard input is a
 * pipe of the parent's: this process ends when that is gone, however that went.
 */
export function serveToParent(answer: RequestListener): void {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1', () => {
    const address = server.address();
    process.stdout.write(`${typeof address === 'object' ? address?.port : ''}\n`);
  });
  process.stdin.on('end', () => process.exit(0)).resume();
}

export function json(response: ServerResponse, value: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}
