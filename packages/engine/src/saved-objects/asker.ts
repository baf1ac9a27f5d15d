/** Whoever exports or imports: what a connector of the space is to them, and whose they become. */
export interface Asker {
  /** Whether a connector is there for them. */
  sees(id: string): boolean;
  /** Whether they may put another one in its place. */
  mayReplace(id: string): boolean;
  /** Whether they may run it, and so have others run it in their place. */
  mayUse(id: string): boolean;
  /** Their profile; undefined: what they make is nobody's. */
  owner: string | undefined;
}
