/**
 * Of what a case keeps for its connector, the fields of an incident, each with the name that the case has for it. What it does
 * not have is null.
 */
export function fieldsForIncident(
  ofConnector: Readonly<Record<string, unknown>>,
  names: Readonly<Record<string, string>>,
): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(names).map(([inIncident, inCase]) => [inIncident, ofConnector[inCase] ?? null]),
  );
}
