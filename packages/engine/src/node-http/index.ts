/**
 * Node's `http`. Imported, it would cost every start 30 ms and 2 MB: an import reads all exports of a module, `WebSocket`
 * is one, and reading it loads Node's own fetch, which nothing here uses.
 */
export const http = process.getBuiltinModule('node:http');
