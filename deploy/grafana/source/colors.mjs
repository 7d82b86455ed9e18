// The palette of Okabe and Ito, which people with any colour vision tell apart. One thing has one colour on every panel of every dashboard.
export const palette = {
  black: '#8C8C8C', // Their black, as a grey that is seen on a dark and on a light ground.
  orange: '#E69F00',
  sky: '#56B4E9',
  green: '#009E73',
  yellow: '#F0E442',
  blue: '#0072B2',
  vermilion: '#D55E00',
  purple: '#CC79A7',
};

const { black, orange, sky, green, yellow, blue, vermilion, purple } = palette;

/** What a number means, where it means anything. */
export const meaning = { good: green, notable: orange, bad: vermilion, plain: blue };

export const quantiles = { p50: sky, p95: blue, p99: vermilion };

export const services = { web: blue, silo: orange, stress: purple };

export const documentKinds = { text: blue, richtext: orange };

export const outcomes = { applied: blue, rebased: sky, duplicate: orange, rejected: vermilion };

export const conflictKinds = {
  concurrent_insert: sky,
  overlapping_delete: orange,
  insert_into_deleted: green,
  format_against_format: purple,
  format_on_deleted: yellow,
};

/** Nobody loses anything by the cool ones; by the warm ones somebody's change is gone. */
export const resolutions = { ordered: blue, merged: green, kept: sky, overwritten: vermilion, dropped: orange };

export const closeReasons = {
  normal_close: blue,
  inactive_timeout: sky,
  token_expired: yellow,
  server_shutdown: green,
  transport_failed: vermilion,
  kicked: purple,
  permission_revoked: orange,
};

export const connectionStates = { live: blue, joining: sky, resuming: green, catching_up: yellow, slow: vermilion };

export const results = { ok: blue, accepted: blue, acknowledged: blue, durable: blue, delivered: blue, rejected: orange, refused: orange, unauthorized: orange, over_limit: yellow, bad_handshake: purple, failed: vermilion, unanswered: vermilion, timeout: purple };

/** By the first digit. */
export const statusClasses = { '2xx': blue, '1xx': sky, '3xx': green, '4xx': orange, '5xx': vermilion };

/** What is compared with what: now is the strong one. */
export const times = { now: vermilion, 'an hour before': sky, 'a day before': black };

/** One that says that there was nothing. */
export const none = { none: black };
