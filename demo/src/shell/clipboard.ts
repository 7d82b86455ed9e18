import { toast } from './toast';

/** Copies `text` and says so; where the browser forbids it (no secure context), shows the text to copy by hand. */
export async function copy(text: string, said: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast({ title: said, lasts: 2500 });
  } catch {
    toast({ title: 'Copy it from here', quote: text });
  }
}
