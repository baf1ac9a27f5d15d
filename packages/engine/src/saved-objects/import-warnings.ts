import type { Placement } from './placement.ts';

/** As the HTTP API has it for new connectors. */
const CONNECTOR_ID = /^[a-z0-9-]{1,36}$/;

export function isConnectorId(id: string): boolean {
  return CONNECTOR_ID.test(id);
}

/** What people are told of an import, with the connectors that are not kept, by the ids they would have. */
export interface ImportRemarks {
  warnings: string[];
  notKept: Set<string>;
}

/** The texts are those of the reference, the two blanks after `with` too. */
export function importRemarks(
  placements: readonly Placement[],
  {
    isPreconfigured,
    isMissingSecrets,
  }: { isPreconfigured(id: string): boolean; isMissingSecrets(placement: Placement): boolean },
): ImportRemarks {
  const ownIds = placements.filter(({ isNewId }) => !isNewId).map(({ id }) => id);
  const preconfigured = ownIds.filter(isPreconfigured);
  const invalid = ownIds.filter((id) => !isConnectorId(id));
  const notKept = new Set([...preconfigured, ...invalid]);
  const incomplete = placements.filter((each) => !notKept.has(each.id) && isMissingSecrets(each)).length;
  const warnings: string[] = [];
  if (incomplete > 0) {
    const who = incomplete === 1 ? '1 connector has' : `${incomplete} connectors have`;
    warnings.push(`${who} sensitive information that require updates.`);
  }
  if (preconfigured.length > 0) {
    warnings.push(
      preconfigured.length === 1
        ? `Connector with ID [${preconfigured[0]}] conflicts with a preconfigured connector and was removed. The preconfigured connector will be used instead.`
        : `Connectors with IDs [${preconfigured.join(', ')}] conflict with  preconfigured connectors and were removed. The preconfigured connectors will be used instead.`,
    );
  }
  if (invalid.length > 0) {
    const who =
      invalid.length === 1
        ? `Connector with ID [${invalid[0]}] has an invalid ID and was removed.`
        : `Connectors with IDs [${invalid.join(', ')}] have invalid IDs and were removed.`;
    warnings.push(
      `${who} Connector IDs must contain only lowercase letters, numbers, and hyphens and be 36 characters or less.`,
    );
  }
  return { warnings, notKept };
}
