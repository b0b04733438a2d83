import { createServer, type RequestListener, type Server } from 'node:http';

export interface TestServer {
  /** http://127.0.0.1:port, without a slash at its end. */
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/** A web server on a free port of this machine, for what fetches. Closing it ends its connections as well. */
export async function serve(handler: RequestListener): Promise<TestServer> {
  const server: Server = createServer(handler);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the test server has no port');
  return {
    url: `http://127.0.0.1:${address.port}`,
    port: address.port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
