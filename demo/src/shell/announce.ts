let timer: ReturnType<typeof setTimeout> | undefined;

/** Says `text` through the page's polite live region. Only the last of several in quick succession is said: states flicker. */
export function announce(text: string): void {
  clearTimeout(timer);
  timer = setTimeout(() => {
    const region = document.getElementById('announce');
    if (region) region.textContent = text;
  }, 300);
}
