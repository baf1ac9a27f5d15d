/**
 * The `data` of an action whose answer is passed on as it arrives, byte for byte. Whoever gets it must read it to its end
 * or leave it (`return`): until then the run goes on.
 */
export class StreamedData {
  readonly contentType: string;
  readonly body: AsyncIterable<Uint8Array>;

  constructor(body: AsyncIterable<Uint8Array>, contentType: string) {
    this.body = body;
    this.contentType = contentType;
  }
}
