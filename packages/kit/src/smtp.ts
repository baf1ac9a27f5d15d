import type { Socket } from 'node:net';
import type { ConnectionOptions } from 'node:tls';

/** How an action reaches a mail server: by the one door of the engine (egress), which opens and closes the connection. */
export interface Smtp {
  /**
   * Connects, has `talk` speak SMTP, and closes, whatever comes of it. Rejects with what `talk` throws, or with
   * `HttpRequestError` where the connection cannot be had or the conversation takes too long.
   */
  session<T>(request: SmtpRequest, talk: (connection: SmtpConnection) => Promise<T>): Promise<T>;
}

export interface SmtpRequest {
  server: SmtpServer;
  /** What `talk` will hand over: for a dry run, which shows it instead. */
  message: SmtpMessage;
  signal: AbortSignal;
}

export interface SmtpServer {
  host: string;
  port: number;
  /** TLS from the first byte. */
  isSecure: boolean;
  /** Whether any certificate will do where the settings of neither the connector nor the host say otherwise. */
  acceptsAnyCertificate: boolean;
  /**
   * Whether it is a well-known service. As in the reference, the proxy, TLS and host settings of the configuration do
   * not apply to those; the connector's own do.
   */
  isWellKnown: boolean;
}

/** The envelope and the bytes of one mail. */
export interface SmtpMessage {
  from: string;
  to: readonly string[];
  content: Uint8Array;
}

export interface SmtpConnection {
  /** Connected, and where the server is secure already in TLS. */
  socket: Socket;
  /** For STARTTLS. */
  tls: ConnectionOptions;
  startTls: 'never' | 'ifOffered' | 'always';
}
