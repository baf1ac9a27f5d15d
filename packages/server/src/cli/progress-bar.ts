import type { Terminal } from './terminal.ts';

const MAX_BAR = 40;

/** How far a long piece of work is, drawn over itself on standard error; nothing where that is no terminal. */
export function progressBar(terminal: Terminal, total: number): { show(done: number): void; end(): void } {
  const width = terminal.noteWidth();
  if (width === undefined || total === 0) return { show: () => {}, end: () => {} };
  const show = (done: number) => {
    const counts = ` ${done}/${total}`;
    const length = Math.max(0, Math.min(MAX_BAR, width - counts.length - 3));
    const full = Math.round((length * done) / total);
    terminal.redrawNote(`[${'#'.repeat(full)}${'-'.repeat(length - full)}]${counts}`);
  };
  show(0);
  return { show, end: () => terminal.redrawNote('') };
}
