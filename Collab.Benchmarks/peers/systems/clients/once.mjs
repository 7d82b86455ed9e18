/**
 * Reads a message once for all who get the same bytes one after the other: everybody in a document is told the same. Reading it for each is
 * the work of the browsers, on cores of their own.
 */
export function once(read) {
  let last = Buffer.alloc(0), message = null;
  return (bytes) => {
    if (!last.equals(bytes)) [message, last] = [read(bytes), Buffer.from(bytes)];
    return message;
  };
}
