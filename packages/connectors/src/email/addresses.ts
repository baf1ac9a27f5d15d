import type { OperatorSettings } from '@patchbay/kit';
import emailAddresses from 'email-addresses';

/** One mailbox, as it is sent to: what is checked is what leaves. */
export interface Mailbox {
  name: string;
  address: string;
}

/** No address needs more. The parser takes time that grows with the square of the length. */
const MAX_LENGTH = 2000;

/**
 * The mailboxes of an RFC 5322 address list: mailboxes, groups, with names or without. undefined: it is none, or one of
 * its addresses is such as no mail server has.
 */
export function parseAddresses(text: string): Mailbox[] | undefined {
  // Line breaks are legal between the parts of an address; nobody means them.
  if (text.length > MAX_LENGTH || /[\p{Cc}--[\t]]/v.test(text)) return undefined;
  const parsed = emailAddresses.parseAddressList(text);
  const mailboxes = parsed?.flatMap((entry) => (entry.type === 'group' ? entry.addresses : entry)) ?? [];
  if (mailboxes.length === 0 || !mailboxes.every(isPlausible)) return undefined;
  return mailboxes.map(({ name, local, domain }) => ({
    name: name ?? '',
    address: `${isDotAtom(local) ? local : `"${local.replace(/["\\]/g, '\\$&')}"`}@${domain}`,
  }));
}

/**
 * What is wrong with addresses, or undefined. The domain list is for all of them, the recipient list for those that mail
 * goes to.
 */
export function addressProblem(
  { recipients = [], others = [] }: { recipients?: readonly string[]; others?: readonly string[] },
  { domainAllowlist, recipientAllowlist }: OperatorSettings['email'],
): string | undefined {
  const invalid: string[] = [];
  const notAllowed: string[] = [];
  const check = (text: string, isAllowed: (mailbox: Mailbox) => boolean) => {
    const mailboxes = parseAddresses(text);
    if (mailboxes === undefined) invalid.push(text);
    else if (!mailboxes.every(isAllowed)) notAllowed.push(text);
  };
  const isDomainAllowed = ({ address }: Mailbox) =>
    domainAllowlist === undefined || domainAllowlist.includes(address.slice(address.lastIndexOf('@') + 1));
  const isRecipientAllowed = (mailbox: Mailbox) =>
    isDomainAllowed(mailbox) &&
    (recipientAllowlist === undefined || recipientAllowlist.some((glob) => matches(glob, mailbox.address)));
  for (const text of recipients) check(text, isRecipientAllowed);
  for (const text of others) check(text, isDomainAllowed);
  const problems = [
    ...(invalid.length > 0 ? [`not valid emails: ${invalid.join(', ')}`] : []),
    ...(notAllowed.length > 0 ? [`not allowed emails: ${notAllowed.join(', ')}`] : []),
  ];
  return problems.length > 0 ? problems.join('; ') : undefined;
}

/** An entry that is not blank. */
export function isGiven(text: string): boolean {
  return text.trim() !== '';
}

const isDotAtom = (local: string) => /^[^\s"(),:;<>@[\\\]]+$/.test(local) && !/^\.|\.$|\.\./.test(local);

/** Past the grammar: what the reference refuses besides, and domains that could be no host's. */
function isPlausible({ local, domain }: { local: string; domain: string }): boolean {
  if (isDotAtom(local) && /^-|-$|\//.test(local)) return false;
  if (/^\[.*\]$/.test(domain)) return true;
  const labels = domain.split('.');
  return (
    labels.length > 1 && labels.every((label) => label !== '' && !/^-|-$|[\p{ASCII}--[\w\-]]/v.test(label))
  );
}

/** `*` stands for any characters. */
function matches(glob: string, text: string): boolean {
  const [start = '', ...parts] = glob.split('*');
  const end = parts.pop();
  if (end === undefined) return text === glob;
  if (!text.startsWith(start)) return false;
  let at = start.length;
  for (const part of parts) {
    const found = text.indexOf(part, at);
    if (found === -1) return false;
    at = found + part.length;
  }
  return text.endsWith(end) && text.length - end.length >= at;
}
