/** Users by their names and roles by theirs: whoever is one of them, or has one of them. */
export interface Audience {
  users: string[];
  roles: string[];
}

/** Who may do what with one connector. It only takes away from what the privileges in the space give. */
export interface ConnectorAccess {
  /** The profile of whose it is; null: nobody's. */
  owner: string | null;
  /** A private one is there for its owner and those entered, and for nobody else. */
  mode: 'public' | 'private';
  entries: AccessEntry[];
  /** Who may run it; null: whoever the space lets. */
  use: Audience | null;
  /** Who may change and delete it; null: whoever the space lets. */
  edit: Audience | null;
}

/** Somebody who may see and run a private connector. */
export interface AccessEntry {
  /** The user's profile. */
  id: string;
  addedAt: string;
}

/** Kept of stored connectors, at most one of each. Goes when its connector goes. */
export interface ConnectorAccessStore {
  get(connectorId: string): Promise<ConnectorAccess | undefined>;
  /** Of the connectors of a space that have one, by the connector's id. */
  list(spaceId: string): Promise<Map<string, ConnectorAccess>>;
  /**
   * Replaces it by what `step` makes of it, and gives that; nobody else's change comes between. Undefined when the space has
   * no such connector.
   */
  change(
    spaceId: string,
    connectorId: string,
    step: (access: ConnectorAccess | undefined) => ConnectorAccess,
  ): Promise<ConnectorAccess | undefined>;
}
