import { createServer, type Socket } from 'node:net';

/** Types of the protocol's columns: a whole number, and text. */
const INT4 = 23;
const TEXT = 25;

/**
 * Answers as a PostgreSQL of that version would when it is asked which it is: no such server can be had from npm. It lets
 * everybody in and gives every query this one row (PostgreSQL documentation, “Message Formats”).
 */
export async function serveOldPostgres(version: number): Promise<{ port: number; close(): Promise<void> }> {
  const sockets = new Set<Socket>();
  const server = createServer((socket) => {
    sockets.add(socket);
    let greeted = false;
    socket.on('error', () => undefined);
    socket.on('data', (bytes) => {
      if (!greeted) {
        greeted = true;
        socket.write(Buffer.concat([message('R', int32(0)), READY]));
      } else if (bytes[0] === 'Q'.charCodeAt(0)) socket.write(Buffer.concat([row(version), READY]));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the server has no port');
  return {
    port: address.port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function int16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

function message(type: string, body: Buffer): Buffer {
  return Buffer.concat([Buffer.from(type), int32(body.length + 4), body]);
}

const READY = message('Z', Buffer.from('I'));

function row(version: number): Buffer {
  const column = (name: string, type: number) =>
    Buffer.concat([
      Buffer.from(`${name}\0`),
      int32(0),
      int16(0),
      int32(type),
      int16(-1),
      int32(-1),
      int16(0),
    ]);
  const value = (text: string) => Buffer.concat([int32(text.length), Buffer.from(text)]);
  return Buffer.concat([
    message('T', Buffer.concat([int16(2), column('version', INT4), column('encoding', TEXT)])),
    message('D', Buffer.concat([int16(2), value(String(version)), value('UTF8')])),
    message('C', Buffer.from('SELECT 1\0')),
  ]);
}
