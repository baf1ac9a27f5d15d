/**
 * The remote of the deliveries: takes each body whole, answers 200, and counts. HTTP by hand, since whatever it costs is
 * taken from those who are measured. `GET /after?count=N` is answered, with when the first and the last of them came, once
 * so many have come since `GET /reset`. Times are of the machine's monotonic clock, in nanoseconds. Prints its URL.
 */
import { type AddressInfo, createServer, type Socket } from 'node:net';

const HEAD_END = '\r\n\r\n';
const ANSWER = `HTTP/1.1 200 OK\r\ncontent-length: 2${HEAD_END}ok`;

let count = 0;
let firstAt = 0n;
let lastAt = 0n;
let waiting: { count: number; socket: Socket }[] = [];

function receive(): void {
  lastAt = process.hrtime.bigint();
  if (count === 0) firstAt = lastAt;
  count++;
  tellWaiting();
}

function tellWaiting(): void {
  if (waiting.length === 0) return;
  const over = waiting.filter((one) => one.count <= count);
  if (over.length === 0) return;
  waiting = waiting.filter((one) => one.count > count);
  for (const { socket } of over)
    answer(socket, JSON.stringify({ count, firstAt: `${firstAt}`, lastAt: `${lastAt}` }));
}

function answer(socket: Socket, body: string): void {
  socket.write(`HTTP/1.1 200 OK\r\ncontent-length: ${body.length}${HEAD_END}${body}`);
}

/** What is asked of the receiver itself. */
function control(socket: Socket, path: string): void {
  if (path === '/reset') {
    count = 0;
    answer(socket, '{}');
    return;
  }
  waiting.push({ count: Number(/count=(\d+)/.exec(path)?.[1]), socket });
  tellWaiting();
}

const server = createServer((socket) => {
  let text = '';
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  // Bodies are ASCII here, so that a length in bytes is one in characters.
  socket.setEncoding('latin1').on('data', (chunk: string) => {
    text += chunk;
    for (;;) {
      const headEnd = text.indexOf(HEAD_END);
      if (headEnd === -1) return;
      const head = text.slice(0, headEnd);
      const end = headEnd + HEAD_END.length + Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
      if (text.length < end) return;
      text = text.slice(end);
      if (head.startsWith('GET')) control(socket, head.split(' ', 2)[1] ?? '');
      else {
        receive();
        socket.write(ANSWER);
      }
    }
  });
});
server.listen(0, '127.0.0.1', () => {
  console.log(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
});
