const kept = 'collab.operator';

interface Credential {
  readonly header: string;
  readonly value: string;
}

/** How an operator shows who they are: in a header, and never in an address. Kept for this tab, and for no other. */
export function credential(): Record<string, string> {
  const found = recall();
  return found ? { [found.header]: found.value } : {};
}

export const isKnown = () => recall() !== null;

export function forget(): void {
  sessionStorage.removeItem(kept);
}

/** The headers in which what was pasted may be shown, the likelier first: `./collab apikey` prints 64 hexadecimal digits. */
export function readings(pasted: string): Credential[] {
  const key = { header: 'X-Api-Key', value: pasted };
  const token = { header: 'Authorization', value: `Bearer ${pasted}` };
  return /^[0-9a-f]{64}$/i.test(pasted) ? [key] : [token, key];
}

export function keep(credential: Credential): void {
  sessionStorage.setItem(kept, JSON.stringify(credential));
}

function recall(): Credential | null {
  try {
    const found = sessionStorage.getItem(kept);
    return found === null ? null : (JSON.parse(found) as Credential);
  } catch {
    return null;
  }
}
