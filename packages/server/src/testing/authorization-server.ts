import { hash, randomUUID } from 'node:crypto';
import { basicAuth } from '@patchbay/kit';
import { type ReceivedRequest, type StandIn, type StandInAnswer, standIn } from '@patchbay/kit/testing';

export interface AuthorizationServerOptions {
  clientId: string;
  clientSecret: string;
  redirectUri: string;
  /** How the client must say who it is. */
  auth: 'basic' | 'body';
  /** Seconds that a token holds; left out: the answer does not say. */
  expiresIn?: number;
  now(): Date;
}

export interface AuthorizationServer extends StandIn {
  /** What the user's browser does: it goes to the URL, the user consents, and it is sent to what is answered. */
  consent(authorizationUrl: string): Promise<URL>;
  /** Every token, refresh token and code that was given, the last one last. */
  given: { codes: string[]; tokens: string[]; refreshTokens: string[] };
  /** The access tokens of before are taken no longer. */
  revokeTokens(): void;
}

interface Code {
  challenge: string;
  redirectUri: string;
}

/**
 * An authorization server by RFC 6749 and RFC 7636, and a service at `/api` that takes its tokens. Codes are good once
 * and for the challenge and the redirect URI that they were given for; a refresh token is good once.
 */
export async function authorizationServer(options: AuthorizationServerOptions): Promise<AuthorizationServer> {
  const codes = new Map<string, Code>();
  const refreshTokens = new Set<string>();
  const tokens = new Map<string, number>();
  const given: AuthorizationServer['given'] = { codes: [], tokens: [], refreshTokens: [] };
  const refusal = (error: string): StandInAnswer => ({ status: 400, body: JSON.stringify({ error }) });

  function authorize(query: URLSearchParams): StandInAnswer {
    const isKnown =
      query.get('client_id') === options.clientId && query.get('redirect_uri') === options.redirectUri;
    if (!isKnown) return { status: 400, body: 'unknown client or redirect URI' };
    const challenge = query.get('code_challenge') ?? '';
    const isPkce = query.get('code_challenge_method') === 'S256' && /^[\w-]{43}$/.test(challenge);
    const target = new URL(options.redirectUri);
    if (query.get('response_type') !== 'code' || !isPkce) target.searchParams.set('error', 'invalid_request');
    else {
      const code = `code-${randomUUID()}`;
      codes.set(code, { challenge, redirectUri: options.redirectUri });
      given.codes.push(code);
      target.searchParams.set('code', code);
    }
    target.searchParams.set('state', query.get('state') ?? '');
    return { status: 302, headers: { location: target.href } };
  }

  function token({ body, headers }: ReceivedRequest): StandInAnswer {
    const form = new URLSearchParams(body);
    if (!isClient(form, headers.authorization)) {
      return { status: 401, body: '{"error":"invalid_client"}' };
    }
    if (form.get('grant_type') === 'authorization_code') {
      const code = form.get('code') ?? '';
      const known = codes.get(code);
      codes.delete(code);
      const isProven =
        known !== undefined &&
        known.redirectUri === form.get('redirect_uri') &&
        known.challenge === hash('sha256', form.get('code_verifier') ?? '', 'base64url');
      return isProven ? granted() : refusal('invalid_grant');
    }
    if (form.get('grant_type') === 'refresh_token') {
      return refreshTokens.delete(form.get('refresh_token') ?? '') ? granted() : refusal('invalid_grant');
    }
    return refusal('unsupported_grant_type');
  }

  function isClient(form: URLSearchParams, authorization: string | undefined): boolean {
    const { clientId, clientSecret, auth } = options;
    const inBody = [form.get('client_id'), form.get('client_secret')];
    return auth === 'basic'
      ? authorization === basicAuth({ user: clientId, password: clientSecret }) &&
          inBody.every((value) => value === null)
      : authorization === undefined && inBody[0] === clientId && inBody[1] === clientSecret;
  }

  function granted(): StandInAnswer {
    const accessToken = `access-${randomUUID()}`;
    const refreshToken = `refresh-${randomUUID()}`;
    const { expiresIn } = options;
    tokens.set(
      accessToken,
      expiresIn === undefined ? Number.POSITIVE_INFINITY : options.now().getTime() + expiresIn * 1000,
    );
    refreshTokens.add(refreshToken);
    given.tokens.push(accessToken);
    given.refreshTokens.push(refreshToken);
    return {
      body: JSON.stringify({
        token_type: 'bearer',
        access_token: accessToken,
        refresh_token: refreshToken,
        expires_in: expiresIn,
      }),
    };
  }

  const server = await standIn((request) => {
    const { pathname, searchParams } = new URL(request.url, 'http://any');
    if (pathname === '/authorize') return authorize(searchParams);
    if (pathname === '/token') return token(request);
    const [, accessToken = ''] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? [];
    const isTaken = (tokens.get(accessToken) ?? 0) > options.now().getTime();
    return { status: isTaken ? 200 : 401, body: JSON.stringify({ said: request.headers.authorization }) };
  });
  return {
    ...server,
    given,
    async consent(authorizationUrl) {
      const answer = await fetch(authorizationUrl, { redirect: 'manual' });
      const location = answer.headers.get('location');
      if (location === null) throw new Error(`the authorization server refused: ${await answer.text()}`);
      return new URL(location);
    },
    revokeTokens: () => tokens.clear(),
  };
}
