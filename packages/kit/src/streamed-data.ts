/**
 * The `data` of an action whose answer is passed on as it arrives, byte for byte. Whoever gets it must read it to its end
 * or leave it (`return`): until then the run goes on.
 */
export class StreamedData {
  readonly contentType: string;
  readonly body: AsyncIterable<Uint8Array>;
  /**
   * What is left to do when the last byte has been handed on, such as counting tokens: the run goes on until it is done, its
   * reader does not wait. Not asked for where the stream broke off or was left.
   */
  readonly afterEnd: (() => Promise<void>) | undefined;

  constructor(body: AsyncIterable<Uint8Array>, contentType: string, afterEnd?: () => Promise<void>) {
    this.body = body;
    this.contentType = contentType;
    this.afterEnd = afterEnd;
  }
}
