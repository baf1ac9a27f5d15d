import type { Config } from './slack-api-schema.ts';

interface Channels {
  channelNames?: string[] | undefined;
  channelIds?: string[] | undefined;
  channels?: string[] | undefined;
}

const NOT_ALLOWED = 'One or more provided channels are not included in the allowed channels list';

/** The channel that a message goes to. Throws when none is given, or one that the config does not allow. */
export function chooseChannel(
  { channelNames = [], channelIds = [], channels = [] }: Channels,
  { allowedChannels = [] }: Config,
): string {
  const [name] = channelNames;
  if (name !== undefined) {
    ensureAmong(
      channelNames,
      allowedChannels.map((allowed) => allowed.name),
    );
    return name;
  }
  const [id] = channelIds;
  if (id !== undefined) {
    ensureAmong(
      channelIds,
      allowedChannels.flatMap((allowed) => allowed.id ?? []),
    );
    return id;
  }
  const [channel] = channels;
  if (channel !== undefined) return channel;
  throw new Error('One of channels, channelIds, or channelNames is required and cannot be empty');
}

/** A list that says nothing allows all. */
function ensureAmong(given: readonly string[], allowed: readonly string[]): void {
  const known = new Set(allowed.map(withoutHash));
  if (known.size > 0 && !given.every((channel) => known.has(withoutHash(channel))))
    throw new Error(NOT_ALLOWED);
}

function withoutHash(channel: string): string {
  return channel.startsWith('#') ? channel.slice(1) : channel;
}
