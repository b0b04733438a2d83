import { createServer, type Socket } from 'node:net';

export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Headers and body as sent, dots unstuffed. */
  readonly raw: string;
}

export interface SmtpReceiver {
  readonly port: number;
  readonly mails: readonly ReceivedMail[];
  /** Answer to RCPT from now on: 250 takes, 4xx refuses for now, 5xx for good. */
  rcptAnswer: number;
  close(): Promise<void>;
}

/** As much of SMTP (RFC 5321) as a client needs to hand over a mail, on a free port of this machine. */
export async function receiveMail(): Promise<SmtpReceiver> {
  const mails: ReceivedMail[] = [];
  const sockets = new Set<Socket>();
  const receiver = { port: 0, mails, rcptAnswer: 250, close };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket)).on('error', () => undefined);
    converse(
      socket,
      () => receiver.rcptAnswer,
      (mail) => mails.push(mail),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('the mail server has no port');
  receiver.port = address.port;
  return receiver;

  function close(): Promise<void> {
    return new Promise((resolve) => {
      server.close(() => resolve());
      for (const socket of sockets) socket.destroy();
    });
  }
}

function converse(socket: Socket, rcptAnswer: () => number, take: (mail: ReceivedMail) => void): void {
  let buffer = '';
  let inBody = false;
  let from = '';
  let to: string[] = [];
  const say = (line: string) => void socket.write(`${line}\r\n`);
  say('220 test');
  socket.on('data', (chunk) => {
    buffer += chunk.toString('utf8');
    for (;;) {
      const end = buffer.indexOf(inBody ? '\r\n.\r\n' : '\r\n');
      if (end < 0) return;
      const text = buffer.slice(0, end);
      buffer = buffer.slice(end + (inBody ? 5 : 2));
      if (inBody) {
        take({ from, to, raw: text.replace(/^\.\./gm, '.') });
        inBody = false;
        to = [];
        say('250 taken');
      } else answer(text);
    }
  });

  function answer(line: string): void {
    const verb = line.slice(0, 4).toUpperCase();
    if (verb === 'EHLO' || verb === 'HELO') say('250 test');
    else if (verb === 'MAIL') {
      from = /<(.*?)>/.exec(line)?.[1] ?? '';
      say('250 ok');
    } else if (verb === 'RCPT') {
      const code = rcptAnswer();
      if (code === 250) to.push(/<(.*?)>/.exec(line)?.[1] ?? '');
      say(`${code} ${code === 250 ? 'ok' : 'no'}`);
    } else if (verb === 'DATA') {
      inBody = true;
      say('354 go on');
    } else if (verb === 'QUIT') {
      say('221 bye');
      socket.end();
    } else say('250 ok');
  }
}
