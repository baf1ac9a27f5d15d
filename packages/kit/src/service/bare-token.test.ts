import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { createAllowedHosts } from '../allowed-hosts.ts';
import { createHttpClient } from '../http/index.ts';
import { createLogger } from '../logger.ts';
import type { StoredToken, TokenStore } from '../oauth/index.ts';
import { memoryTokens, type StandIn, standIn, tokenIssuer } from '../testing/index.ts';
import { nodeTransport } from '../testing/node-transport.ts';
import { bareTokenCalls } from './bare-token.ts';
import { serviceRequester } from './service-request.ts';

const NOW = new Date('2026-01-01T00:00:00Z');
const at = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);

/** A service that gives tokens at `/token` and takes them everywhere else. */
async function tokenService() {
  const issuer = tokenIssuer(() => NOW);
  const vendor = await standIn(({ url, headers }) => {
    if (url === '/token') return { body: JSON.stringify(issuer.issue()) };
    return { status: issuer.accepts(headers.authorization) ? 200 : 401 };
  });
  return { ...vendor, issuer, asked: () => vendor.received.map(({ url }) => url) };
}

/** What one run calls the service by. */
function runAt({ url }: Pick<StandIn, 'url'>, tokens: TokenStore, now = () => NOW) {
  const logged: string[] = [];
  const context = {
    http: createHttpClient({
      transport: nodeTransport,
      signal: new AbortController().signal,
      userAgent: 'test',
    }),
    allowedHosts: createAllowedHosts(['*']),
    connector: { id: 'c1', name: '', typeId: '.x', typeName: '', spaceId: 'default' },
    log: createLogger((level, message) => void (level === 'warn' && logged.push(message))),
    tokens,
    now,
  };
  const request = serviceRequester(context, { failureText: ({ message }) => message });
  const ask = async (path: string, headers?: Record<string, string>) =>
    (
      await request({
        url: url + path,
        method: 'POST',
        ...(headers && { headers }),
        responseSchema: z.unknown(),
      })
    ).data;
  const authorized = bareTokenCalls({ name: 'Service X', request: () => ask('/token') }, context);
  const used: string[] = [];
  const call = (path = '/call') =>
    authorized((token) => {
      used.push(token);
      return ask(path, { Authorization: `Bearer ${token}` });
    });
  return { call, used, logged };
}

/** Lets runs that ask at the same moment share what they get, as the engine does. */
function sharing(store: TokenStore): TokenStore {
  let pending: Promise<string | undefined> | undefined;
  return {
    ...store,
    shared: (obtain) => {
      pending ??= obtain().finally(() => {
        pending = undefined;
      });
      return pending;
    },
  };
}

describe('a bare token', () => {
  it('is asked for once in a run, and kept without its type', async () => {
    await using service = await tokenService();
    const tokens = memoryTokens();
    const { call, used } = runAt(service, tokens);
    await call();
    await call();
    expect(service.asked()).toEqual(['/token', '/call', '/call']);
    expect(used).toEqual(['token-1', 'token-1']);
    expect(await tokens.get()).toEqual({ token: 'token-1', expiresAt: at(1800) });
  });

  it.each<[string, StoredToken['expiresAt'], boolean]>([
    ['holds', at(1), true],
    ['has no end', undefined, true],
    ['ended five seconds ago', at(-5), true],
    ['ended longer ago', at(-5.001), false],
  ])('that is stored and %s (%s) is used: %s', async (_how, expiresAt, isUsed) => {
    await using service = await tokenService();
    service.issuer.issue();
    await runAt(service, memoryTokens({ token: 'token-1', expiresAt })).call();
    expect(service.asked()).toEqual(isUsed ? ['/call'] : ['/token', '/call']);
  });

  it('that ends while a run goes on is replaced in it', async () => {
    await using service = await tokenService();
    let now = NOW;
    const { call, used } = runAt(service, memoryTokens(), () => now);
    await call();
    now = at(1806);
    await call();
    expect(used).toEqual(['token-1', 'token-2']);
  });

  it('holds an hour where the service does not say', async () => {
    await using service = await standIn(() => ({ body: '{"access_token":"abc"}' }));
    const tokens = memoryTokens();
    await runAt(service, tokens).call();
    expect(await tokens.get()).toEqual({ token: 'abc', expiresAt: at(3600) });
  });

  it.each(['{}', '{"access_token":""}', 'no JSON', ''])('is not available in %j', async (body) => {
    await using service = await standIn(() => ({ body }));
    await expect(runAt(service, memoryTokens()).call()).rejects.toThrow(
      'Access token for Service X not available!',
    );
  });

  it('that cannot be read back is an error', async () => {
    await using service = await tokenService();
    const tokens = { ...memoryTokens(), get: async () => undefined };
    await expect(runAt(service, tokens).call()).rejects.toThrow(
      'Failed to retrieve cached [access_token] after it was updated.',
    );
  });

  it('that cannot be stored is used, for the whole run', async () => {
    await using service = await tokenService();
    const tokens = { ...memoryTokens(), updateOrReplace: () => Promise.reject(new Error('disk full')) };
    const { call, logged } = runAt(service, tokens);
    await call();
    await call();
    expect(service.asked()).toEqual(['/token', '/call', '/call']);
    expect(logged).toEqual([
      'Not able to update connector token for connectorId: c1 due to error: disk full',
    ]);
  });
});

describe('a bare token that the service rejects', () => {
  const revoked = async () => {
    const service = await tokenService();
    service.issuer.issue();
    service.issuer.revokeAll();
    return service;
  };

  it('is replaced, and the call made once more', async () => {
    await using service = await revoked();
    const tokens = memoryTokens({ token: 'token-1' });
    await runAt(service, tokens).call();
    expect(service.asked()).toEqual(['/call', '/token', '/call']);
    expect((await tokens.get())?.token).toBe('token-2');
  });

  it('gives way to the one that another run has stored meanwhile', async () => {
    await using service = await tokenService();
    const other = service.issuer.issue().access_token;
    const tokens = memoryTokens({ token: 'rejected' });
    const { call, used } = runAt(service, {
      ...tokens,
      async shared(obtain) {
        const token = await obtain();
        await tokens.updateOrReplace({ token: other });
        return token;
      },
    });
    await call();
    expect(used).toEqual(['rejected', other]);
    expect(service.asked()).toEqual(['/call', '/call']);
  });

  it('is replaced once in a run: the next refusal is final', async () => {
    await using service = await tokenService();
    const { call } = runAt(service, memoryTokens({ token: 'rejected' }));
    await call();
    service.issuer.revokeAll();
    await expect(call()).rejects.toThrow('Status code: 401.');
    expect(service.asked()).toEqual(['/call', '/token', '/call', '/call']);
  });

  it('is replaced by one request, however many calls and runs want another', async () => {
    await using service = await revoked();
    const tokens = sharing(memoryTokens({ token: 'token-1' }));
    const [one, two] = [runAt(service, tokens), runAt(service, tokens)];
    await Promise.all([one.call(), one.call(), two.call()]);
    expect(service.asked().filter((url) => url === '/token')).toHaveLength(1);
  });

  it('is not taken from a run that has not noticed', async () => {
    await using service = await revoked();
    const store = memoryTokens({ token: 'token-1' });
    let joins = 0;
    const tokens = {
      ...store,
      // The second to ask joins a run that is just looking at the stored token.
      shared: (obtain: () => Promise<string | undefined>) =>
        ++joins === 2 ? Promise.resolve('token-1') : obtain(),
    };
    const { call, used } = runAt(service, tokens);
    await call();
    expect(used).toEqual(['token-1', 'token-2']);
  });

  it('is not replaced for any other refusal', async () => {
    await using service = await standIn(() => ({ status: 403 }));
    await expect(runAt(service, memoryTokens({ token: 'a' })).call()).rejects.toThrow('Status code: 403.');
    expect(service.received).toHaveLength(1);
  });

  it('is not the token request itself', async () => {
    await using service = await standIn(() => ({ status: 401 }));
    await expect(runAt(service, memoryTokens()).call()).rejects.toThrow('Status code: 401.');
    expect(service.received).toHaveLength(1);
  });
});
