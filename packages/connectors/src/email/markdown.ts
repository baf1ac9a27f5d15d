import type { RenderMarkdown } from './compose.ts';

/**
 * CommonMark with tables, strikethrough and links made of bare addresses; HTML in it is text. The library is loaded
 * when the first mail is sent.
 */
export async function loadMarkdown(): Promise<RenderMarkdown> {
  const { default: MarkdownIt } = await import('markdown-it');
  const markdown = new MarkdownIt({ linkify: true });
  return (text) => markdown.render(text);
}
