import { expect, it } from 'vitest';
import { tlsServerName } from './tls-server-name.ts';

it.each([
  ['https://acme.service-now.com:8443/path', 'acme.service-now.com'],
  ['https://127.0.0.1', ''],
  ['https://[::1]:443', ''],
  ['http://acme.service-now.com', ''],
])('TLS to %s asks for "%s"', (url, name) => {
  expect(tlsServerName(url)).toBe(name);
});
